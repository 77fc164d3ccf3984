//! What a statement is made of, as far as its types depend on it: the columns of its rows,
//! and what its captures are compared with or written to.
//!
//! SQLite tells the origin of some result columns, and nothing of parameters or of
//! NULLs from joins; this finds all three from the text. What it can't be sure of has
//! no type, and is annotated by the user.

use std::collections::HashMap;
use std::ops::Range;

use super::lex::Kind;
use super::mistakes::{Fault, Mistake, NullBecause};
use super::scopes::{COMPOUNDS, ColumnRef, ENDS, Scopes, Source};
use super::text::Text;
use crate::reflection::columns::Table;
use crate::sqlite::names::{quoted, same};

const AGGREGATES: &[&str] = &[
    "AVG",
    "COUNT",
    "GROUP_CONCAT",
    "JSON_GROUP_ARRAY",
    "JSON_GROUP_OBJECT",
    "JSONB_GROUP_ARRAY",
    "JSONB_GROUP_OBJECT",
    "MAX",
    "MEDIAN",
    "MIN",
    "PERCENTILE",
    "PERCENTILE_CONT",
    "PERCENTILE_DISC",
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

/// What a capture is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target {
    Compared(ColumnRef),
    Written(ColumnRef),
}

/// What is before a condition that decides about rows.
const CONDITIONS: &[&str] = &["WHERE", "AND", "ON", "HAVING", "NOT"];

/// A column of the rows that are answered.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// Its tokens.
    pub(super) range: Range<usize>,
    pub(super) name: Option<String>,
    pub(super) what: What,
    /// The tokens of `: Type` behind its name.
    pub(super) annotation: Option<Range<usize>>,
    /// Whether it is NULL in a row that an aggregate answers over no rows.
    pub(super) is_aggregated: bool,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    Column(ColumnRef, Option<NullBecause>),
    Expression,
    /// `*` or `table.*`: the sources whose columns it stands for; none if they are not known.
    Star(Option<Vec<Source>>),
}

/// A `*`, and the columns in its place.
pub(super) type Star = (Range<usize>, Vec<String>);

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
    pub(super) scopes: Scopes<'a>,
    pub(super) insert: Option<Insert>,
    /// The columns of the rows, of each arm of a compound query; none if there are no rows.
    pub(super) arms: Option<Vec<Vec<Item>>>,
    /// By the captures' tokens.
    pub(super) targets: HashMap<usize, Target>,
}

impl<'a> Statement<'a> {
    pub(super) fn new(text: &'a Text<'a>, tables: &'a [Table]) -> Self {
        let scopes = Scopes::new(text, tables);
        let verb = scopes.verb;
        let mut statement = Self {
            text,
            tables,
            scopes,
            insert: None,
            arms: None,
            targets: HashMap::new(),
        };
        let end = text.find(verb..text.len(), &[";"]).unwrap_or(text.len());
        statement.insert = statement.find_insert(verb);
        statement.arms = statement.find_arms(verb..end);
        statement.find_targets(verb..end);
        statement
    }

    /// The names in FROM clauses that are no table's.
    pub(super) fn unknown_sources(&self) -> impl Iterator<Item = &Source> {
        self.scopes.sources().filter(|source| {
            let name = self.text.name(source.place).unwrap_or_default();
            source.is_table && source.table.is_none() && !name.to_lowercase().starts_with("sqlite_")
        })
    }

    /// A colon that does not say a column's type: SQLite's own form of a parameter.
    pub(super) fn stray_colon(&self) -> Option<Range<usize>> {
        let items = self.arms.iter().flatten().flatten();
        let annotations = items.filter_map(|item| item.annotation.clone());
        let annotations: Vec<_> = annotations.collect();
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
        let table = self.scopes.source(&mut place)?.table?;
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

    fn find_arms(&self, range: Range<usize>) -> Option<Vec<Vec<Item>>> {
        let text = self.text;
        if let Some(written) = self.scopes.written() {
            let returning = text.find(range.clone(), &["RETURNING"])?;
            let list = returning + 1..range.end;
            let sources = std::slice::from_ref(written);
            return Some(vec![self.items(list, sources, false, false)]);
        }
        let mut starts = vec![range.start];
        let mut at = range.start;
        while let Some(compound) = text.find(at..range.end, COMPOUNDS) {
            at = compound + 1 + usize::from(text.is(compound + 1, "ALL"));
            starts.push(at);
        }
        let arms = starts.iter().map(|start| self.arm(*start));
        arms.collect()
    }

    /// The columns of a SELECT or of VALUES.
    fn arm(&self, start: usize) -> Option<Vec<Item>> {
        let text = self.text;
        if text.is(start, "VALUES") {
            let width = text.split(start + 2..text.close(start + 1)).len();
            let item = |index| Item {
                range: start + 1..start + 2,
                name: Some(format!("column{}", index + 1)),
                what: What::Expression,
                annotation: None,
                is_aggregated: false,
            };
            return Some((0..width).map(item).collect());
        }
        let query = self
            .scopes
            .arms()
            .find(|query| query.range.start == start)?;
        let list = query.list.clone()?;
        let is_grouped = text.find(list.end..query.range.end, &["GROUP"]).is_some();
        let is_aggregated = !is_grouped && self.has_aggregate(query.range.clone());
        Some(self.items(list, &query.sources, query.is_merged, is_aggregated))
    }

    /// Whether a query has an aggregate of the whole: one row whatever there is.
    fn has_aggregate(&self, query: Range<usize>) -> bool {
        let text = self.text;
        if text.find(query.start + 1..query.end, &["HAVING"]).is_some() {
            return true;
        }
        let mut at = query.start + 1;
        while at < query.end {
            if text.is(at, "(") && text.is_any(at + 1, &["SELECT", "WITH", "VALUES"]) {
                at = text.close(at);
            } else if text.is(at + 1, "(") && self.is_aggregate(at) {
                return true;
            }
            at += 1;
        }
        false
    }

    /// Whether an aggregate of all rows is called there.
    fn is_aggregate(&self, at: usize) -> bool {
        let text = self.text;
        let name = text.name(at).unwrap_or_default();
        if !AGGREGATES.iter().any(|known| same(known, &name)) {
            return false;
        }
        let close = text.close(at + 1);
        let is_either = same(&name, "MIN") || same(&name, "MAX");
        let is_scalar = is_either && text.split(at + 2..close).len() > 1;
        let behind = match text.is(close + 1, "FILTER") {
            true => text.close(close + 2) + 1,
            false => close + 1,
        };
        !is_scalar && !text.is(behind, "OVER")
    }

    fn items(
        &self,
        list: Range<usize>,
        sources: &[Source],
        is_merged: bool,
        is_aggregated: bool,
    ) -> Vec<Item> {
        let parts = self.text.split_columns(list).into_iter();
        let items = parts.map(|part| self.item(part, sources, is_merged));
        items
            .map(|item| Item {
                is_aggregated,
                ..item
            })
            .collect()
    }

    /// What each `*` over tables is spelt out as, by its tokens: which columns a table has is
    /// declared, their order in a database is its history.
    pub(super) fn stars(&self) -> Result<Vec<Star>, Fault> {
        let mut stars = Vec::new();
        for query in &self.scopes.all {
            let list = query.list.clone().unwrap_or_default();
            for part in self.text.split_columns(list) {
                if self.is_star(&part) {
                    stars.extend(self.spelt_out(part, &query.sources, query.is_merged)?);
                }
            }
        }
        if let (Some(written), Some(arms)) = (self.scopes.written(), &self.arms) {
            for item in arms
                .iter()
                .flatten()
                .filter(|item| self.is_star(&item.range))
            {
                // Behind RETURNING, a column goes by its own name alone.
                let columns = written
                    .table
                    .map_or(&[][..], |table| &self.tables[table].columns);
                let names = columns.iter().map(|column| quoted(&column.name));
                stars.push((item.range.clone(), names.collect()));
            }
        }
        Ok(stars)
    }

    pub(super) fn is_star(&self, part: &Range<usize>) -> bool {
        let last = part.end.saturating_sub(1);
        let is_qualified = part.len() == 3 && self.text.is(last - 1, ".");
        self.text.is(last, "*") && (part.len() == 1 || is_qualified)
    }

    /// The sources that a `*` stands for.
    pub(super) fn meant(&self, part: &Range<usize>, sources: &[Source]) -> Vec<Source> {
        let table = self.text.name(part.start).filter(|_| part.len() == 3);
        let is_meant =
            |source: &&Source| table.as_ref().is_none_or(|name| same(&source.alias, name));
        sources.iter().filter(is_meant).cloned().collect()
    }

    fn spelt_out(
        &self,
        part: Range<usize>,
        sources: &[Source],
        is_merged: bool,
    ) -> Result<Option<Star>, Fault> {
        let meant = self.meant(&part, sources);
        if meant.iter().all(|source| source.table.is_none()) {
            return Ok(None); // its columns have the order that the statement says
        }
        let is_unnamed = meant.iter().any(|source| source.alias.is_empty());
        if is_unnamed || part.len() == 1 && is_merged {
            return Err(Fault::at(self.text.place(&part), Mistake::StarUnknown));
        }
        let columns = meant.iter().flat_map(|source| {
            let Some(table) = source.table else {
                return vec![format!("{}.*", quoted(&source.alias))];
            };
            let columns = self.tables[table].columns.iter();
            let column = |column: &crate::reflection::columns::Column| {
                format!("{}.{}", quoted(&source.alias), quoted(&column.name))
            };
            columns.map(column).collect()
        });
        Ok(Some((part, columns.collect())))
    }

    /// A value that stands where only a column makes sense: it is the same for each row.
    pub(super) fn value_for_column(&self) -> Option<Range<usize>> {
        let text = self.text;
        let by = (1..text.len()).filter(|index| text.is(*index, "BY"));
        let by = by.filter(|index| text.is_any(index - 1, &["ORDER", "GROUP", "PARTITION"]));
        let terms = by.flat_map(|by| text.split(by + 1..self.end_of_terms(by)));
        let term = terms.into_iter().find_map(|term| self.lone_capture(term));
        let mut captures = (0..text.len()).filter(|index| text.is_capture(*index));
        let compared = || captures.find(|capture| self.is_compared_with_literal(*capture));
        let token = term.or_else(compared)?;
        Some(token..token + 1)
    }

    /// Where the terms behind a BY end.
    fn end_of_terms(&self, by: usize) -> usize {
        let text = self.text;
        let depth = text.depth(by);
        let is_end = |at: &usize| {
            let is_frame = text.is_any(*at, &["ROWS", "RANGE", "GROUPS"]);
            text.depth(*at) < depth
                || text.depth(*at) == depth && (is_frame || text.is_any(*at, ENDS))
        };
        (by + 1..text.len()).find(is_end).unwrap_or(text.len())
    }

    /// The capture that a term of an ORDER BY is, with what may be around it.
    fn lone_capture(&self, mut term: Range<usize>) -> Option<usize> {
        const BEHIND: &[&str] = &["ASC", "DESC", "NULLS", "FIRST", "LAST"];
        let text = self.text;
        loop {
            let last = term.end.checked_sub(1)?;
            if term.len() == 1 {
                return text.is_capture(last).then_some(last);
            } else if text.is_any(last, BEHIND) {
                term.end = last;
            } else if term.len() > 2 && text.is(last - 1, "COLLATE") {
                term.end = last - 1;
            } else if text.is(term.start, "(") && text.close(term.start) == last {
                term = term.start + 1..last;
            } else {
                return None;
            }
        }
    }

    /// Whether the capture is compared with literals alone, and this decides by itself about
    /// rows: in an OR, a CASE or a value it may be a switch.
    fn is_compared_with_literal(&self, capture: usize) -> bool {
        let text = self.text;
        let Some(comparison) = self.comparison(capture) else {
            return false;
        };
        let (before, behind) = (comparison.start.wrapping_sub(1), comparison.end);
        let outer = before.wrapping_sub(1);
        let is_between = text.is(before, "AND") && text.is(outer.wrapping_sub(1), "BETWEEN");
        let is_condition = text.is_any(before, CONDITIONS) && !is_between
            || text.is(before, "(") && text.is_any(outer, CONDITIONS);
        let is_part = text.is_any(behind, ARITHMETIC) || text.is_any(behind, COMPARISONS);
        is_condition && !is_part && !text.is(behind, "OR")
    }

    /// The comparison of a capture with literals.
    fn comparison(&self, capture: usize) -> Option<Range<usize>> {
        let text = self.text;
        let operator = capture.wrapping_sub(1);
        if text.is_any(operator, COMPARISONS) {
            let literal = operator.wrapping_sub(1);
            let is_signed = text.is_any(literal.wrapping_sub(1), &["-", "+"]);
            let start = literal.wrapping_sub(usize::from(is_signed));
            return self.is_literal(literal).then_some(start..capture + 1);
        }
        let at = capture + 1 + usize::from(text.is(capture + 1, "NOT"));
        let end = if text.is(at, "BETWEEN") {
            let and = self
                .literal_behind(at + 1)
                .filter(|and| text.is(*and, "AND"))?;
            self.literal_behind(and + 1)?
        } else if text.is(at, "IN") && text.is(at + 1, "(") {
            let close = text.close(at + 1);
            let mut values = text.split(at + 2..close).into_iter();
            let is_literal =
                |value: Range<usize>| self.literal_behind(value.start) == Some(value.end);
            (close > at + 2 && values.all(is_literal)).then_some(close + 1)?
        } else if text.is_any(at, COMPARISONS) {
            let skip = usize::from(text.is(at, "IS") && text.is(at + 1, "NOT"));
            self.literal_behind(at + 1 + skip)?
        } else {
            return None;
        };
        Some(capture..end)
    }

    /// Where the literal ends that begins there.
    fn literal_behind(&self, at: usize) -> Option<usize> {
        let at = at + usize::from(self.text.is_any(at, &["-", "+"]));
        self.is_literal(at).then_some(at + 1)
    }

    /// Whether that is a literal, or a value that is as much the same for each row.
    fn is_literal(&self, at: usize) -> bool {
        let is_literal =
            |token: &super::lex::Token| matches!(token.kind, Kind::Literal | Kind::Capture);
        self.text.tokens.get(at).is_some_and(is_literal) || self.text.is_any(at, &["TRUE", "FALSE"])
    }

    fn item(&self, part: Range<usize>, sources: &[Source], is_merged: bool) -> Item {
        let text = self.text;
        let mut range = part;
        let mut annotation = None;
        if let Some(colon) = text.find(range.clone(), &[":"]) {
            annotation = Some(colon..range.end);
            range.end = colon;
        }
        if self.is_star(&range) {
            let all = self.meant(&range, sources);
            let is_known = !all.is_empty() && all.iter().all(|source| source.table.is_some());
            let is_clear = is_known && !(is_merged && range.len() == 1);
            return Item {
                name: None,
                what: What::Star(is_clear.then_some(all)),
                annotation,
                range,
                is_aggregated: false,
            };
        }
        let last = range.end.saturating_sub(1);
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
            is_aggregated: false,
        }
    }

    /// The column that the tokens name, and why it can be NULL.
    fn column(
        &self,
        tokens: Range<usize>,
        sources: &[Source],
    ) -> Option<(ColumnRef, Option<NullBecause>)> {
        let (table, name) = self.column_name(tokens)?;
        let is_meant = |source: &&Source| {
            let is_called = |table: &String| same(table, &source.alias);
            table.as_ref().is_none_or(is_called)
        };
        let meant = sources.iter().filter(is_meant);
        let mut found = meant.filter_map(|source| {
            let column = self.scopes.column_of(source, &name)?;
            Some((source, column))
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
        } else {
            let lists = self.scopes.arms().filter_map(|query| query.list.clone());
            rows.extend(lists.map(|list| text.split(list)));
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
        let Some(table) = self.scopes.written() else {
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

    /// The column that the tokens name where they stand.
    fn named(&self, tokens: Range<usize>) -> Option<ColumnRef> {
        let (table, name) = self.column_name(tokens.clone())?;
        self.scopes.resolve(tokens.start, table.as_deref(), &name)
    }
}
