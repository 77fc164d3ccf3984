//! Where a statement reads from: the queries in it, what each of them reads, and which of
//! their columns a name means at a place.
//!
//! A query is a SELECT, an arm of a compound one as well. The ranges of their tokens are
//! nested, so that a flat list of them is the tree.

use std::ops::Range;

use super::text::Text;
use crate::reflection::columns::Table;
use crate::sqlite::names::same;

/// The words that end a list of result columns or a FROM clause.
pub(super) const ENDS: &[&str] = &[
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
pub(super) const COMPOUNDS: &[&str] = &["UNION", "EXCEPT", "INTERSECT"];
const JOINS: &[&str] = &[
    "NATURAL", "LEFT", "RIGHT", "FULL", "INNER", "CROSS", "JOIN", ",",
];

/// A column of one of the tables that are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ColumnRef {
    pub(super) table: usize,
    pub(super) column: usize,
}

/// A table, or something else, that is read from or written to.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// What its columns are called by; empty for a query without a name.
    pub(super) alias: String,
    /// Where it is named.
    pub(super) place: usize,
    /// Which of the tables it is, if it is one.
    pub(super) table: Option<usize>,
    /// Whether it is a table's name, known or not: no query, function or name of a WITH.
    pub(super) is_table: bool,
    pub(super) is_joined_outer: bool,
}

/// A query, or the INSERT, UPDATE or DELETE itself.
#[derive(Debug)]
pub(super) struct Scope {
    /// The tokens that can name its sources.
    pub(super) range: Range<usize>,
    /// The columns of a SELECT.
    pub(super) list: Option<Range<usize>>,
    pub(super) sources: Vec<Source>,
    /// Whether a join makes one column of two.
    pub(super) is_merged: bool,
}

pub(super) struct Scopes<'a> {
    text: &'a Text<'a>,
    tables: &'a [Table],
    /// The names of WITHs, and the tokens that can use them.
    common: Vec<(String, Range<usize>)>,
    pub(super) all: Vec<Scope>,
    /// Where the statement begins behind its WITH.
    pub(super) verb: usize,
}

impl<'a> Scopes<'a> {
    pub(super) fn new(text: &'a Text<'a>, tables: &'a [Table]) -> Self {
        let mut scopes = Self {
            text,
            tables,
            common: Vec::new(),
            all: Vec::new(),
            verb: 0,
        };
        for with in (0..text.len()).filter(|index| text.is(*index, "WITH")) {
            let behind = scopes.find_common(with);
            if with == 0 {
                scopes.verb = behind;
            }
        }
        scopes.find_written();
        for select in (0..text.len()).filter(|index| text.is(*index, "SELECT")) {
            let query = scopes.query(select);
            scopes.all.push(query);
        }
        scopes
    }

    /// Takes note of the names of a WITH, and returns where it ends.
    fn find_common(&mut self, with: usize) -> usize {
        let text = self.text;
        let visible = with..text.end(with);
        let mut at = with + 1 + usize::from(text.is(with + 1, "RECURSIVE"));
        loop {
            let name = text.name(at);
            self.common.extend(name.map(|name| (name, visible.clone())));
            let Some(body) = text.find(at..visible.end, &["AS"]) else {
                return text.len();
            };
            let open = (body..visible.end).find(|index| text.is(*index, "("));
            at = open.map_or(text.len(), |open| text.close(open) + 1);
            if !text.is(at, ",") {
                return at;
            }
            at += 1;
        }
    }

    /// The table that is written to, and what an UPDATE reads beside it.
    fn find_written(&mut self) {
        let (text, verb) = (self.text, self.verb);
        let end = text.find(verb..text.len(), &[";"]).unwrap_or(text.len());
        let skip = if text.is(verb + 1, "OR") { 3 } else { 1 };
        let mut at = match () {
            () if text.is_any(verb, &["INSERT", "REPLACE"]) => {
                let into = text.find(verb..end, &["INTO"]);
                into.map_or(end, |into| into + 1)
            }
            () if text.is(verb, "UPDATE") => verb + skip,
            () if text.is(verb, "DELETE") => verb + 2,
            () => return,
        };
        let mut sources: Vec<_> = self.source(&mut at).into_iter().collect();
        let from = match text.is(verb, "UPDATE") {
            true => text.find(at..end, &["FROM"]),
            false => None,
        };
        if let Some(from) = from.filter(|from| !text.is(from - 1, "DISTINCT")) {
            sources.extend(self.from(from));
        }
        self.all.push(Scope {
            range: verb..end,
            list: None,
            sources,
            is_merged: false,
        });
    }

    fn query(&self, select: usize) -> Scope {
        let text = self.text;
        let end = self.end_of_query(select);
        let skip = text.is_any(select + 1, &["DISTINCT", "ALL"]);
        let start = (select + 1 + usize::from(skip)).min(end);
        let depth = text.depth(select);
        let is_from = |at: usize| text.is(at, "FROM") && !text.is(at - 1, "DISTINCT");
        let is_end =
            |at: &usize| text.depth(*at) == depth && (is_from(*at) || text.is_any(*at, ENDS));
        let list = start..(start..end).find(is_end).unwrap_or(end);
        let (mut sources, mut is_merged) = (Vec::new(), false);
        if list.end < end && is_from(list.end) {
            sources = self.from(list.end);
            let clause = list.end + 1..end;
            is_merged = text.find(clause, &["USING", "NATURAL"]).is_some();
        }
        Scope {
            range: select..end,
            list: Some(list),
            sources,
            is_merged,
        }
    }

    /// Where the arm of a compound query, or the only one, ends.
    fn end_of_query(&self, select: usize) -> usize {
        let text = self.text;
        let depth = text.depth(select);
        let is_end = |at: &usize| {
            let is_conflict = text.is(*at, "ON") && text.is(*at + 1, "CONFLICT");
            let is_word = text.is_any(*at, COMPOUNDS) || text.is_any(*at, &["RETURNING", ";"]);
            text.depth(*at) < depth || text.depth(*at) == depth && (is_word || is_conflict)
        };
        let mut behind = select + 1..text.len();
        behind.find(is_end).unwrap_or(text.len())
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
                    if text.is_any(at, &["ON", "USING"]) && !text.is(at + 1, "CONFLICT") {
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
    pub(super) fn source(&self, at: &mut usize) -> Option<Source> {
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
        let is_table = is_name && !self.is_common(&alias, place);
        let mut tables = self.tables.iter();
        let table = tables.position(|table| is_table && same(&table.name, &alias));
        alias = self.alias(at).unwrap_or(alias);
        Some(Source {
            alias,
            place,
            table,
            is_table,
            is_joined_outer: false,
        })
    }

    /// Another name that follows there.
    fn alias(&self, at: &mut usize) -> Option<String> {
        const OTHERS: &[&str] = &[
            "USING", "INDEXED", "NOT", "VALUES", "SELECT", "DEFAULT", "WITH",
        ];
        let text = self.text;
        if text.is(*at, "AS") {
            *at += 2;
            return text.name(*at - 1);
        }
        let is_other = [ENDS, JOINS, OTHERS]
            .iter()
            .any(|words| text.is_any(*at, words));
        let name = text.name(*at).filter(|_| !is_other)?;
        *at += 1;
        Some(name)
    }

    /// Whether a WITH gives the name a meaning there. What is written to is a table.
    fn is_common(&self, name: &str, place: usize) -> bool {
        let before = place.wrapping_sub(1);
        let is_written = self.text.is_any(before, &["INTO", "UPDATE"])
            || self.text.is(before, "FROM") && self.text.is(before.wrapping_sub(1), "DELETE");
        let mut common = self.common.iter();
        !is_written && common.any(|(known, visible)| same(known, name) && visible.contains(&place))
    }

    /// The table that is inserted into, updated or deleted from.
    pub(super) fn written(&self) -> Option<&Source> {
        self.all
            .first()
            .filter(|scope| scope.list.is_none())?
            .sources
            .first()
    }

    pub(super) fn sources(&self) -> impl Iterator<Item = &Source> {
        self.all.iter().flat_map(|scope| &scope.sources)
    }

    /// The arms of the statement's own query: those behind the verb, and outside of parentheses.
    pub(super) fn arms(&self) -> impl Iterator<Item = &Scope> {
        let depth = self.text.depth(self.verb);
        let is_arm = move |scope: &&Scope| {
            let start = scope.range.start;
            scope.list.is_some() && start >= self.verb && self.text.depth(start) == depth
        };
        self.all.iter().filter(is_arm)
    }

    /// The column that a name means at a place, if that is certain: that of the innermost query
    /// that has one.
    pub(super) fn resolve(
        &self,
        place: usize,
        table: Option<&str>,
        name: &str,
    ) -> Option<ColumnRef> {
        let mut around: Vec<_> = self
            .all
            .iter()
            .filter(|scope| scope.range.contains(&place))
            .collect();
        around.sort_by_key(|scope| scope.range.len());
        for scope in around {
            if table.is_none() && self.names_itself(scope, name) {
                return None;
            }
            let is_meant = |source: &&Source| {
                let is_new = scope.list.is_none() && source.table.is_some();
                let is_called =
                    |table| same(table, &source.alias) || is_new && same(table, "excluded");
                table.is_none_or(is_called)
            };
            let meant: Vec<_> = scope.sources.iter().filter(is_meant).collect();
            if meant.iter().any(|source| source.table.is_none()) {
                return None; // which columns a query has, nobody here knows
            }
            let mut found = meant
                .iter()
                .filter_map(|source| self.column_of(source, name));
            if let Some(first) = found.next() {
                return found.all(|other| other == first).then_some(first);
            }
        }
        None
    }

    /// The column of that name in the table that the source is.
    pub(super) fn column_of(&self, source: &Source, name: &str) -> Option<ColumnRef> {
        let table = source.table?;
        let mut columns = self.tables[table].columns.iter();
        let column = columns.position(|column| same(&column.name, name))?;
        Some(ColumnRef { table, column })
    }

    /// Whether the query calls one of its own columns so.
    fn names_itself(&self, scope: &Scope, name: &str) -> bool {
        let mut list = scope.list.clone().unwrap_or_default();
        list.any(|index| {
            let alias = self
                .text
                .name(index + 1)
                .filter(|_| self.text.is(index, "AS"));
            alias.is_some_and(|alias| same(&alias, name))
        })
    }
}
