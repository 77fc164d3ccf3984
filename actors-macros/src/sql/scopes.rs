//! Where a statement reads from: the queries in it, what each of them reads, and which of
//! their columns a name means at a place.
//!
//! A query is a SELECT, an arm of a compound one as well. The ranges of their tokens are
//! nested, so that a flat list of them is the tree.

use std::ops::Range;

use super::mistakes::NullBecause;
use super::parse;
use super::text::Text;
use super::tree::{Block, Clause, Keyword, Part};
use crate::reflection::columns::Table;
use crate::sqlite::names::same;

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
pub(super) struct Scope<'a> {
    /// The tokens that can name its sources.
    pub(super) range: Range<usize>,
    /// The clauses of a SELECT, which is the first.
    pub(super) clauses: &'a [Clause],
    pub(super) sources: Vec<Source>,
    /// Whether a join makes one column of two.
    pub(super) is_merged: bool,
}

pub(super) struct Scopes<'a> {
    pub(super) text: &'a Text<'a>,
    pub(super) tree: &'a Block,
    pub(super) tables: &'a [Table],
    /// The names of WITHs, and the tokens that can use them.
    common: Vec<(String, Range<usize>)>,
    pub(super) all: Vec<Scope<'a>>,
    /// Where the statement begins behind its WITH.
    pub(super) verb: usize,
}

impl<'a> Scopes<'a> {
    pub(super) fn new(text: &'a Text<'a>, tree: &'a Block, tables: &'a [Table]) -> Self {
        let mut scopes = Self {
            text,
            tree,
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
        let mut queries = Vec::new();
        tree.visit(&mut |block| {
            let clauses = block.clauses.iter().enumerate();
            let selects = clauses.filter(|(_, clause)| clause.is(Keyword::Select));
            queries.extend(selects.map(|(select, _)| scopes.query(block, select)));
        });
        queries.sort_by_key(|query| query.range.start);
        scopes.all.extend(scopes.find_written());
        scopes.all.extend(queries);
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
    fn find_written(&self) -> Option<Scope<'a>> {
        let (text, verb) = (self.text, self.verb);
        let clauses = self.clauses();
        let end = clauses.last().map_or(text.len(), |last| last.range.end);
        let is_update = text.is(verb, "UPDATE");
        let mut at = match () {
            () if text.is_any(verb, &["INSERT", "REPLACE"]) => {
                let into = text.find(verb..end, &["INTO"]);
                into.map_or(end, |into| into + 1)
            }
            () if is_update && text.is(verb + 1, "OR") => verb + 3,
            () if is_update => verb + 1,
            () if text.is(verb, "DELETE") => verb + 2,
            () => return None,
        };
        let mut sources: Vec<_> = self.source(&mut at).into_iter().collect();
        let from = clauses.iter().position(|clause| clause.is(Keyword::From));
        if let Some(from) = from.filter(|_| is_update) {
            sources.extend(self.from(&clauses[from..]));
        }
        Some(Scope {
            range: verb..end,
            clauses: &[],
            sources,
            is_merged: false,
        })
    }

    /// The clauses of the statement itself, without its WITH.
    pub(super) fn clauses(&self) -> &'a [Clause] {
        let mut statements = self.tree.clauses.split(|clause| clause.is(Keyword::End));
        let clauses = statements.next().unwrap_or_default();
        let is_behind = |clause: &Clause| clause.range.end > self.verb;
        let start = clauses.iter().position(is_behind);
        &clauses[start.unwrap_or(clauses.len())..]
    }

    /// The query of the SELECT that is that clause of a block.
    fn query(&self, block: &'a Block, select: usize) -> Scope<'a> {
        let behind = &block.clauses[select + 1..];
        let length = behind.iter().position(|clause| self.ends_query(clause));
        let length = length.unwrap_or(behind.len());
        let clauses = &block.clauses[select..=select + length];
        let end = behind
            .get(length)
            .map_or(block.range.end, |end| end.range.start);
        let is_merging = |clause: &Clause| {
            let is_natural = self.text.is(clause.range.start, "NATURAL");
            clause.is(Keyword::Using) || clause.is(Keyword::Join) && is_natural
        };
        Scope {
            range: clauses[0].range.start..end,
            sources: match clauses.get(1) {
                Some(from) if from.is(Keyword::From) => self.from(&clauses[1..]),
                _ => Vec::new(),
            },
            is_merged: clauses.iter().any(is_merging),
            clauses,
        }
    }

    /// Whether the clause does not belong to the query before it.
    fn ends_query(&self, clause: &Clause) -> bool {
        match clause.keyword {
            Some(Keyword::On) => self.text.is(clause.range.start + 1, "CONFLICT"),
            Some(keyword) => matches!(
                keyword,
                Keyword::Compound | Keyword::Returning | Keyword::End
            ),
            None => false,
        }
    }

    /// The sources of the FROM clause that is the first, and of the joins behind it.
    fn from(&self, clauses: &[Clause]) -> Vec<Source> {
        let mut sources: Vec<Source> = Vec::new();
        let mut join = Vec::new();
        for clause in clauses {
            // The comma behind a condition goes on with sources.
            let conditions = match clause.keyword {
                Some(Keyword::From | Keyword::Join) => 0,
                Some(Keyword::On | Keyword::Using) => 1,
                _ => break,
            };
            let word = self.text.get(clause.range.start).to_uppercase();
            if clause.is(Keyword::Join) && word != "JOIN" {
                join.push(word); // a word before it
                continue;
            }
            for part in clause.parts.iter().skip(conditions) {
                let Some(mut source) = self.source(&mut part.range.start.clone()) else {
                    return sources;
                };
                let is = |kind: &str| join.iter().any(|word| word == kind);
                source.is_joined_outer = is("LEFT") || is("FULL");
                if is("RIGHT") || is("FULL") {
                    let before = sources.iter_mut();
                    before.for_each(|source| source.is_joined_outer = true);
                }
                sources.push(source);
                join.clear();
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
        const OTHERS: &[&str] = &["INDEXED", "NOT", "DEFAULT", "WITH"];
        let text = self.text;
        if text.is(*at, "AS") {
            *at += 2;
            return text.name(*at - 1);
        }
        let is_other = parse::keyword(text, *at, true).is_some() || text.is_any(*at, OTHERS);
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
            .filter(|scope| scope.is_written())?
            .sources
            .first()
    }

    pub(super) fn sources(&self) -> impl Iterator<Item = &Source> {
        self.all.iter().flat_map(|scope| &scope.sources)
    }

    /// The arms of the statement's own query: those behind the verb, and outside of parentheses.
    pub(super) fn arms(&self) -> impl Iterator<Item = &Scope<'a>> {
        let depth = self.text.depth(self.verb);
        let is_arm = move |scope: &&Scope<'_>| {
            let start = scope.range.start;
            !scope.is_written() && start >= self.verb && self.text.depth(start) == depth
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
                let is_new = scope.is_written() && source.table.is_some();
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

    /// The sources that a `*` stands for.
    pub(super) fn meant(&self, star: &Range<usize>, sources: &[Source]) -> Vec<Source> {
        let table = self.text.name(star.start).filter(|_| star.len() == 3);
        let is_meant =
            |source: &&Source| table.as_ref().is_none_or(|name| same(&source.alias, name));
        sources.iter().filter(is_meant).cloned().collect()
    }

    /// `name` or `table.name`
    pub(super) fn column_name(&self, tokens: Range<usize>) -> Option<(Option<String>, String)> {
        let text = self.text;
        match tokens.len() {
            1 => Some((None, text.name(tokens.start)?)),
            3 if text.is(tokens.start + 1, ".") => {
                Some((text.name(tokens.start), text.name(tokens.start + 2)?))
            }
            _ => None,
        }
    }

    /// The column of the sources that the tokens name, if it is one, and why it can be NULL.
    pub(super) fn column(
        &self,
        tokens: Range<usize>,
        sources: &[Source],
    ) -> Option<(ColumnRef, Option<NullBecause>)> {
        let (table, name) = self.column_name(tokens)?;
        let is_meant = |source: &&Source| {
            let is_called = |table: &String| same(table, &source.alias);
            table.as_ref().is_none_or(is_called)
        };
        let mut found = sources.iter().filter(is_meant).filter_map(|source| {
            let column = self.column_of(source, &name)?;
            Some((column, self.null_of(source, column)))
        });
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    pub(super) fn null_of(&self, source: &Source, column: ColumnRef) -> Option<NullBecause> {
        let declared = &self.tables[column.table].columns[column.column];
        if declared.is_nullable {
            Some(NullBecause::Declared)
        } else {
            source.is_joined_outer.then_some(NullBecause::Joined)
        }
    }

    /// Whether the query calls one of its own columns so.
    fn names_itself(&self, scope: &Scope<'_>, name: &str) -> bool {
        let lists = scope.columns().iter().map(|part| part.range.clone());
        lists.flatten().any(|index| {
            let alias = self
                .text
                .name(index + 1)
                .filter(|_| self.text.is(index, "AS"));
            alias.is_some_and(|alias| same(&alias, name))
        })
    }
}

impl<'a> Scope<'a> {
    /// Whether it is what is inserted, updated or deleted.
    fn is_written(&self) -> bool {
        self.clauses.is_empty()
    }

    /// The columns of a SELECT.
    pub(super) fn columns(&self) -> &'a [Part] {
        self.clauses.first().map_or(&[], |select| &select.parts)
    }

    pub(super) fn clause(&self, keyword: Keyword) -> Option<&'a Clause> {
        self.clauses.iter().find(|clause| clause.is(keyword))
    }
}
