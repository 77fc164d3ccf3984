//! What a statement is made of, as far as its types depend on it: the tables that it
//! reads, the columns of its rows, and what its captures are compared with or written to.
//!
//! SQLite tells the origin of some result columns, and nothing of parameters or of
//! NULLs from joins; this finds all three from the text. What it can't be sure of has
//! no type, and is annotated by the user.

use std::collections::HashMap;
use std::ops::Range;

use super::mistakes::NullBecause;
use super::tables::Table;
use super::text::Text;

/// The words that end a list of result columns or a FROM clause.
const ENDS: &[&str] = &[
    "WHERE",
    "GROUP",
    "HAVING",
    "WINDOW",
    "ORDER",
    "LIMIT",
    "RETURNING",
    "UNION",
    "EXCEPT",
    "INTERSECT",
    "SET",
    "ON",
    ";",
];
const COMPOUNDS: &[&str] = &["UNION", "EXCEPT", "INTERSECT"];
const JOINS: &[&str] = &[
    "NATURAL", "LEFT", "RIGHT", "FULL", "INNER", "CROSS", "JOIN", ",",
];
const AGGREGATES: &[&str] = &[
    "AVG",
    "COUNT",
    "GROUP_CONCAT",
    "JSON_GROUP_ARRAY",
    "JSON_GROUP_OBJECT",
    "MAX",
    "MIN",
    "STRING_AGG",
    "SUM",
    "TOTAL",
];
const ARITHMETIC: &[&str] = &[
    "+", "-", "*", "/", "%", "||", "&", "|", "<<", ">>", "~", "->", "->>", ".", "COLLATE",
];
const COMPARISONS: &[&str] = &[
    "=", "==", "<", ">", "<=", ">=", "<>", "!=", "IS", "LIKE", "GLOB",
];

/// A column of one of the tables that are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ColumnRef {
    pub(super) table: usize,
    pub(super) column: usize,
}

/// What a capture is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target {
    Compared(ColumnRef),
    Written(ColumnRef),
}

/// A table, or something else, in a FROM clause.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) alias: String,
    /// Where it is named.
    pub(super) place: usize,
    /// Which of the tables it is, if it is one.
    pub(super) table: Option<usize>,
    /// Whether it is a name: neither a query nor a function.
    is_name: bool,
    is_joined_outer: bool,
}

/// A column of the rows that are answered.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// Its tokens.
    pub(super) range: Range<usize>,
    pub(super) name: Option<String>,
    pub(super) what: What,
    /// The tokens of `: Type` behind its name.
    pub(super) annotation: Option<Range<usize>>,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    Column(ColumnRef, Option<NullBecause>),
    Expression,
    /// `*` or `table.*`: the sources whose columns it stands for; none if they are not known.
    Star(Option<Vec<Source>>),
}

pub(super) struct Insert {
    pub(super) table: usize,
    /// Where a list of columns is, or would be.
    pub(super) place: usize,
    /// None if they are not listed.
    pub(super) columns: Option<Vec<usize>>,
    pub(super) is_default: bool,
}

pub(super) struct Statement<'a> {
    pub(super) text: &'a Text<'a>,
    tables: &'a [Table],
    /// All that is read from, wherever.
    pub(super) sources: Vec<Source>,
    /// The names of common table expressions.
    common: Vec<String>,
    pub(super) insert: Option<Insert>,
    /// The columns of the rows; none if there are no rows.
    pub(super) items: Option<Vec<Item>>,
    /// By the captures' tokens.
    pub(super) targets: HashMap<usize, Target>,
}

impl<'a> Statement<'a> {
    pub(super) fn new(text: &'a Text<'a>, tables: &'a [Table]) -> Self {
        let mut statement = Self {
            text,
            tables,
            sources: Vec::new(),
            common: Vec::new(),
            insert: None,
            items: None,
            targets: HashMap::new(),
        };
        let verb = statement.skip_common();
        statement.find_sources();
        let end = text.find(verb..text.len(), &[";"]).unwrap_or(text.len());
        statement.insert = statement.find_insert(verb);
        statement.items = statement.find_items(verb..end);
        statement.find_targets(verb..end);
        statement
    }

    /// Where the statement begins behind its WITH.
    fn skip_common(&mut self) -> usize {
        let text = self.text;
        if !text.is(0, "WITH") {
            return 0;
        }
        let mut at = if text.is(1, "RECURSIVE") { 2 } else { 1 };
        loop {
            self.common.extend(text.name(at));
            let Some(body) = text.find(at..text.len(), &["AS"]) else {
                return text.len();
            };
            let open = (body..text.len()).find(|index| text.is(*index, "("));
            at = open.map_or(text.len(), |open| text.close(open) + 1);
            if !text.is(at, ",") {
                return at;
            }
            at += 1;
        }
    }

    fn find_sources(&mut self) {
        let text = self.text;
        for at in 0..text.len() {
            let before = at.wrapping_sub(1);
            let is_from = text.is(at, "FROM") && !text.is(before, "DISTINCT");
            let is_target = text.is(at, "INTO")
                || text.is(at, "UPDATE") && !text.is(before, "DO") && !text.is(before, "ON");
            if is_from {
                let sources = self.from(at);
                self.sources.extend(sources);
            } else if is_target {
                let skip = if text.is(at + 1, "OR") { 3 } else { 1 };
                let source = self.source(&mut (at + skip));
                self.sources.extend(source);
            }
        }
    }

    /// The sources of the FROM clause there.
    fn from(&self, from: usize) -> Vec<Source> {
        let text = self.text;
        let depth = text.depth(from);
        let mut sources: Vec<Source> = Vec::new();
        let mut at = from + 1;
        let mut join = Vec::new();
        while let Some(mut source) = self.source(&mut at) {
            let is = |kind: &str| join.contains(&kind);
            source.is_joined_outer = is("LEFT") || is("FULL");
            if is("RIGHT") || is("FULL") {
                sources
                    .iter_mut()
                    .for_each(|source| source.is_joined_outer = true);
            }
            sources.push(source);
            join = Vec::new();
            // An ON clause goes up to the next join.
            while at < text.len() && text.depth(at) >= depth {
                if text.depth(at) == depth {
                    if text.is(at, "ON") || text.is(at, "USING") {
                    } else if text.is_any(at, ENDS) {
                        return sources;
                    } else if let Some(word) = JOINS.iter().find(|word| text.is(at, word)) {
                        join.push(*word);
                        at += 1;
                        if ["JOIN", ","].contains(word) {
                            break;
                        }
                        continue;
                    }
                }
                at += 1;
            }
            if join.is_empty() {
                break;
            }
        }
        sources
    }

    /// The source that begins there; then `at` is behind it.
    fn source(&self, at: &mut usize) -> Option<Source> {
        let text = self.text;
        let place = *at;
        let (mut alias, mut is_name) = (String::new(), false);
        if text.is(*at, "(") {
            *at = text.close(*at) + 1;
        } else {
            alias = text.name(*at)?;
            is_name = true;
            *at += 1;
            if text.is(*at, ".") {
                alias = text.name(*at + 1)?;
                *at += 2;
            }
            // The columns of an INSERT are in parentheses too.
            if text.is(*at, "(") && !text.is(place.wrapping_sub(1), "INTO") {
                is_name = false;
                *at = text.close(*at) + 1;
            }
        }
        let is_common = self.common.iter().any(|name| same(name, &alias));
        let table = self
            .tables
            .iter()
            .position(|table| same(&table.name, &alias));
        let table = table.filter(|_| is_name && !is_common);
        if text.is(*at, "AS") {
            alias = text.name(*at + 1)?;
            *at += 2;
        } else if !text.is_any(*at, ENDS)
            && !text.is_any(*at, JOINS)
            && !text.is_any(
                *at,
                &[
                    "USING", "INDEXED", "NOT", "VALUES", "SELECT", "DEFAULT", "WITH",
                ],
            )
            && let Some(name) = text.name(*at)
        {
            alias = name;
            *at += 1;
        }
        Some(Source {
            alias,
            place,
            table,
            is_name: is_name && !is_common,
            is_joined_outer: false,
        })
    }

    /// The names in FROM clauses that are no table's.
    pub(super) fn unknown_sources(&self) -> impl Iterator<Item = &Source> {
        self.sources.iter().filter(|source| {
            let name = self.text.name(source.place).unwrap_or_default();
            source.is_name && source.table.is_none() && !name.to_lowercase().starts_with("sqlite_")
        })
    }

    /// A colon that does not say a column's type: SQLite's own form of a parameter.
    pub(super) fn stray_colon(&self) -> Option<Range<usize>> {
        let annotations: Vec<_> = self
            .items
            .iter()
            .flatten()
            .filter_map(|item| item.annotation.clone())
            .collect();
        let is_stray = |index: &usize| {
            self.text.is(*index, ":") && !annotations.iter().any(|range| range.contains(index))
        };
        let colon = (0..self.text.len()).find(is_stray)?;
        Some(self.text.place(&(colon..colon + 2)))
    }

    fn find_insert(&self, verb: usize) -> Option<Insert> {
        let text = self.text;
        if !text.is_any(verb, &["INSERT", "REPLACE"]) {
            return None;
        }
        let into = text.find(verb..text.len(), &["INTO"])?;
        let mut place = into + 1;
        let table = self.source(&mut place)?.table?;
        let is_listed = text.is(place, "(");
        let columns = is_listed.then(|| {
            let names = text.split(place + 1..text.close(place));
            let known = &self.tables[table].columns;
            let position = |name: String| known.iter().position(|column| same(&column.name, &name));
            let names = names.iter().filter_map(|part| text.name(part.start));
            names
                .map(|name| position(name).unwrap_or(usize::MAX))
                .collect()
        });
        Some(Insert {
            table,
            place,
            columns,
            is_default: text.is(place, "DEFAULT"),
        })
    }

    fn find_items(&self, range: Range<usize>) -> Option<Vec<Item>> {
        let text = self.text;
        if let Some(returning) = text.find(range.clone(), &["RETURNING"]) {
            let sources: Vec<_> = self.sources.first().cloned().into_iter().collect();
            let list = returning + 1..range.end;
            return Some(self.items_of(list, &sources, false, false));
        }
        if text.is(range.start, "VALUES") {
            let width = text
                .split(range.start + 2..text.close(range.start + 1))
                .len();
            let item = |index| Item {
                range: range.start + 1..range.start + 2,
                name: Some(format!("column{}", index + 1)),
                what: What::Expression,
                annotation: None,
            };
            return Some((0..width).map(item).collect());
        }
        if !text.is(range.start, "SELECT") {
            return None;
        }
        let is_compound = text.find(range.clone(), COMPOUNDS).is_some();
        let (list, from) = self.select(range.start, range.end);
        let sources = from.map_or_else(Vec::new, |from| self.from(from));
        let is_grouped = text.find(list.start..range.end, &["GROUP"]).is_some();
        let is_aggregate = !is_grouped && self.has_aggregate(list.clone());
        Some(self.items_of(list, &sources, is_aggregate, is_compound))
    }

    /// The list of a SELECT, and where its FROM is.
    fn select(&self, select: usize, end: usize) -> (Range<usize>, Option<usize>) {
        let text = self.text;
        let skip = text.is_any(select + 1, &["DISTINCT", "ALL"]);
        let start = select + 1 + usize::from(skip);
        let mut at = start;
        let ends = |at: usize| text.is(at, "FROM") && !text.is(at - 1, "DISTINCT");
        while at < end
            && !(text.depth(at) == text.depth(select) && (ends(at) || text.is_any(at, ENDS)))
            && text.depth(at) >= text.depth(select)
        {
            at += 1;
        }
        (start..at, text.is(at, "FROM").then_some(at))
    }

    /// Whether the list has an aggregate of the whole: one row whatever there is.
    fn has_aggregate(&self, list: Range<usize>) -> bool {
        let text = self.text;
        let mut at = list.start;
        while at < list.end {
            if text.is(at, "(") && text.is(at + 1, "SELECT") {
                at = text.close(at);
            } else if text.is_any(at, AGGREGATES) && text.is(at + 1, "(") {
                let close = text.close(at + 1);
                let is_scalar =
                    text.is_any(at, &["MIN", "MAX"]) && text.split(at + 2..close).len() > 1;
                let behind = match text.is(close + 1, "FILTER") {
                    true => text.close(close + 2) + 1,
                    false => close + 1,
                };
                if !is_scalar && !text.is(behind, "OVER") {
                    return true;
                }
            }
            at += 1;
        }
        false
    }

    fn items_of(
        &self,
        list: Range<usize>,
        sources: &[Source],
        is_aggregate: bool,
        is_compound: bool,
    ) -> Vec<Item> {
        let parts = self.text.split(list).into_iter();
        let items = parts.map(|part| self.item(part, sources));
        items
            .map(|mut item| {
                match &mut item.what {
                    What::Column(..) if is_compound => item.what = What::Expression,
                    What::Column(_, null @ None) if is_aggregate => {
                        *null = Some(NullBecause::Aggregated);
                    }
                    _ => {}
                }
                item
            })
            .collect()
    }

    fn item(&self, part: Range<usize>, sources: &[Source]) -> Item {
        let text = self.text;
        let mut range = part;
        let mut annotation = None;
        if let Some(colon) = text.find(range.clone(), &[":"]) {
            annotation = Some(colon..range.end);
            range.end = colon;
        }
        let last = range.end.saturating_sub(1);
        if text.is(last, "*") && (range.len() == 1 || range.len() == 3 && text.is(last - 1, ".")) {
            let table = (range.len() == 3).then(|| text.name(range.start)).flatten();
            let meant =
                |source: &&Source| table.as_ref().is_none_or(|name| same(&source.alias, name));
            let all: Vec<_> = sources.iter().filter(meant).cloned().collect();
            let is_known = !all.is_empty() && all.iter().all(|source| source.table.is_some());
            let is_natural = text.is_any(range.end, &["FROM"]) && self.is_merged(range.end);
            return Item {
                name: None,
                what: What::Star((is_known && !is_natural).then_some(all)),
                annotation,
                range,
            };
        }
        let mut expression = range.clone();
        let mut name = None;
        if range.len() > 2 && text.is(last - 1, "AS") {
            name = text.name(last);
            expression.end = last - 1;
        } else if range.len() > 1
            && let Some(alias) = text.name(last)
            && !text.is(last - 1, ".")
            && !text.is(last, "END")
            && (text.name(last - 1).is_some() && !text.is_any(last - 1, ARITHMETIC)
                || text.is(last - 1, ")"))
            && !text.is_any(
                last - 1,
                &["NOT", "IS", "AND", "OR", "LIKE", "COLLATE", "IN"],
            )
            && !text.is_any(last, &["NULL", "ISNULL", "NOTNULL"])
        {
            name = Some(alias);
            expression.end = last;
        }
        let what = match self.column(expression.clone(), sources) {
            Some((column, null)) => {
                name = name.or_else(|| text.name(expression.end - 1));
                What::Column(column, null)
            }
            None => {
                if matches!(expression.len(), 1 | 3) {
                    name = name.or_else(|| text.name(expression.end - 1));
                }
                What::Expression
            }
        };
        Item {
            range,
            name,
            what,
            annotation,
        }
    }

    /// Whether a join of the FROM clause there makes one column of two.
    fn is_merged(&self, from: usize) -> bool {
        let depth = self.text.depth(from);
        (from..self.text.len())
            .take_while(|index| self.text.depth(*index) >= depth)
            .any(|index| self.text.is_any(index, &["USING", "NATURAL"]))
    }

    /// The column that the tokens name, and why it can be NULL.
    fn column(
        &self,
        tokens: Range<usize>,
        sources: &[Source],
    ) -> Option<(ColumnRef, Option<NullBecause>)> {
        let (table, name) = self.column_name(tokens)?;
        let mut found = sources.iter().filter_map(|source| {
            let is_meant = table
                .as_ref()
                .is_none_or(|table| same(table, &source.alias));
            let (source, table) = (source, source.table.filter(|_| is_meant)?);
            let columns = &self.tables[table].columns;
            let column = columns
                .iter()
                .position(|column| same(&column.name, &name))?;
            Some((source, ColumnRef { table, column }))
        });
        let (source, column) = found.next()?;
        found
            .next()
            .is_none()
            .then(|| (column, self.null_of(source, column)))
    }

    pub(super) fn null_of(&self, source: &Source, column: ColumnRef) -> Option<NullBecause> {
        let declared = &self.tables[column.table].columns[column.column];
        if declared.is_nullable {
            Some(NullBecause::Declared)
        } else {
            source.is_joined_outer.then_some(NullBecause::Joined)
        }
    }

    /// `name` or `table.name`
    fn column_name(&self, tokens: Range<usize>) -> Option<(Option<String>, String)> {
        let text = self.text;
        match tokens.len() {
            1 => Some((None, text.name(tokens.start)?)),
            3 if text.is(tokens.start + 1, ".") => {
                Some((text.name(tokens.start), text.name(tokens.start + 2)?))
            }
            _ => None,
        }
    }

    fn find_targets(&mut self, range: Range<usize>) {
        let text = self.text;
        if let Some(insert) = &self.insert {
            let written = self.inserted(insert, range.end);
            self.targets.extend(written);
        }
        for set in range.clone().filter(|index| text.is(*index, "SET")) {
            let written = self.assigned(set);
            self.targets.extend(written);
        }
        for capture in range.filter(|index| text.is_capture(*index)) {
            if !self.targets.contains_key(&capture)
                && let Some(column) = self.compared(capture)
            {
                self.targets.insert(capture, Target::Compared(column));
            }
        }
    }

    /// The captures that an INSERT writes as they are.
    fn inserted(&self, insert: &Insert, end: usize) -> Vec<(usize, Target)> {
        let text = self.text;
        let all = || self.tables[insert.table].written();
        let columns = insert.columns.clone().unwrap_or_else(all);
        let mut rows = Vec::new();
        if let Some(values) = text.find(insert.place..end, &["VALUES"]) {
            let mut at = values + 1;
            while text.is(at, "(") {
                rows.push(text.split(at + 1..text.close(at)));
                at = text.close(at) + 1;
                at += usize::from(text.is(at, ","));
            }
        } else if let Some(select) = text.find(insert.place..end, &["SELECT"]) {
            rows.push(text.split(self.select(select, end).0));
        }
        let values = rows.iter().flat_map(|row| row.iter().zip(&columns));
        values
            .filter(|(value, column)| {
                let columns = self.tables[insert.table].columns.len();
                value.len() == 1 && text.is_capture(value.start) && **column < columns
            })
            .map(|(value, column)| {
                let (table, column) = (insert.table, *column);
                (value.start, Target::Written(ColumnRef { table, column }))
            })
            .collect()
    }

    /// The captures that a SET writes as they are.
    fn assigned(&self, set: usize) -> Vec<(usize, Target)> {
        let text = self.text;
        let Some(table) = self.sources.iter().find(|source| {
            let before = source.place.wrapping_sub(1);
            text.is_any(before, &["UPDATE", "INTO"]) || text.is(before.wrapping_sub(1), "OR")
        }) else {
            return Vec::new();
        };
        let end = text.find(
            set + 1..text.len(),
            &["WHERE", "FROM", "RETURNING", "ON", ";"],
        );
        let parts = text.split(set + 1..end.unwrap_or(text.len()));
        let of = std::slice::from_ref(table);
        parts
            .iter()
            .filter(|part| part.len() == 3 && text.is(part.start + 1, "="))
            .filter(|part| text.is_capture(part.start + 2))
            .filter_map(|part| {
                let (column, _) = self.column(part.start..part.start + 1, of)?;
                Some((part.start + 2, Target::Written(column)))
            })
            .collect()
    }

    /// The column that a capture is compared with.
    fn compared(&self, capture: usize) -> Option<ColumnRef> {
        let text = self.text;
        if text.is_any(capture + 1, COMPARISONS) {
            let column = capture + 2 + usize::from(text.is(capture + 2, "NOT"));
            let length = if text.is(column + 1, ".") { 3 } else { 1 };
            let behind = column + length;
            let is_alone = !text.is_any(capture.wrapping_sub(1), ARITHMETIC)
                && !text.is_any(behind, ARITHMETIC)
                && !text.is(behind, "(");
            if is_alone && let Some(found) = self.named(column..behind) {
                return Some(found);
            }
        }
        if text.is_any(capture + 1, ARITHMETIC) {
            return None;
        }
        self.column_before(self.operator_before(capture)?)
    }

    /// Where the operator is that compares the capture with what is before it.
    fn operator_before(&self, capture: usize) -> Option<usize> {
        let text = self.text;
        let before = capture.checked_sub(1)?;
        if text.is_any(before, COMPARISONS) {
            return Some(before);
        }
        let negated = |at: usize| at - usize::from(text.is(at.wrapping_sub(1), "NOT"));
        if text.is(before, "NOT") && text.is(before.wrapping_sub(1), "IS") {
            return Some(before - 1);
        }
        if text.is(before, "BETWEEN") {
            return Some(negated(before));
        }
        if text.is(before, "IN") {
            return Some(negated(before));
        }
        if text.is(before, "AND") {
            let between = before.checked_sub(2)?;
            let is_between = text.is_capture(before - 1) && text.is(between, "BETWEEN");
            return is_between.then(|| negated(between));
        }
        // In the list of an IN.
        let depth = text.depth(capture);
        let open = (0..capture)
            .rev()
            .find(|index| text.depth(*index) < depth)?;
        let is_plain =
            (open + 1..text.close(open)).all(|index| text.is_capture(index) || text.is(index, ","));
        let is_in = is_plain && text.is(open.wrapping_sub(1), "IN");
        is_in.then(|| negated(open - 1))
    }

    fn column_before(&self, operator: usize) -> Option<ColumnRef> {
        let text = self.text;
        let last = operator.checked_sub(1)?;
        let is_qualified = last >= 2 && text.is(last - 1, ".");
        let start = if is_qualified { last - 2 } else { last };
        let is_part = start > 0 && text.is_any(start - 1, ARITHMETIC);
        if is_part || text.is(last, "NOT") {
            return None;
        }
        self.named(start..operator)
    }

    /// The column that the tokens name, whichever query they are in.
    fn named(&self, tokens: Range<usize>) -> Option<ColumnRef> {
        let (table, name) = self.column_name(tokens)?;
        let is_alias = (0..self.text.len()).any(|index| {
            self.text.is(index, "AS")
                && self
                    .text
                    .name(index + 1)
                    .is_some_and(|alias| same(&alias, &name))
        });
        if table.is_none() && is_alias {
            return None;
        }
        let mut found = self.sources.iter().filter_map(|source| {
            let is_meant = table.as_ref().is_none_or(|table| {
                same(table, &source.alias) || source.table.is_some() && same(table, "excluded")
            });
            let table = source.table.filter(|_| is_meant)?;
            let columns = &self.tables[table].columns;
            let column = columns
                .iter()
                .position(|column| same(&column.name, &name))?;
            Some(ColumnRef { table, column })
        });
        let first = found.next()?;
        found.all(|other| other == first).then_some(first)
    }
}

/// Names in SQL don't tell capitals from small letters.
pub(super) fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}
