//! What a statement reads from: its queries, their sources, and which of their columns a
//! name refers to at a place.
//!
//! A query is a SELECT, including each arm of a compound. The ranges of their tokens are
//! nested, so a flat list of them represents the tree.

use std::ops::Range;

use super::mistakes::NullBecause;
use super::sources::{Source, Sources};
use super::text::Text;
use super::tree::{Block, Clause, Keyword, Part};
use crate::reflection::columns::Table;
use crate::sqlite::names::same;

/// A column of one of the named tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ColumnRef {
    pub(super) table: usize,
    pub(super) column: usize,
}

/// A query, or the INSERT, UPDATE or DELETE itself.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    /// The tokens that can name its sources.
    pub(super) range: Range<usize>,
    /// The clauses of a SELECT, which is the first.
    pub(super) clauses: &'a [Clause],
    pub(super) sources: Vec<Source>,
    /// Whether a join merges two columns into one.
    pub(super) is_merged: bool,
}

pub(super) struct Scopes<'a> {
    pub(super) text: &'a Text<'a>,
    pub(super) tree: &'a Block,
    pub(super) tables: &'a [Table],
    /// Where the statement begins after its WITH.
    pub(super) verb: usize,
    /// First the table that is written to, then each query in the order of the text.
    pub(super) all: Vec<Scope<'a>>,
}

impl<'a> Scopes<'a> {
    pub(super) fn new(text: &'a Text<'a>, tree: &'a Block, tables: &'a [Table]) -> Self {
        let sources = Sources::new(text, tables);
        let mut scopes = Self {
            text,
            tree,
            tables,
            verb: sources.verb,
            all: Vec::new(),
        };
        let mut queries = Vec::new();
        tree.visit(&mut |block| {
            let clauses = block.clauses.iter().enumerate();
            let selects = clauses.filter(|(_, clause)| clause.is(Keyword::Select));
            queries.extend(selects.map(|(select, _)| query(block, select, &sources, text)));
        });
        queries.sort_by_key(|query| query.range.start);
        scopes.all.extend(scopes.find_written(&sources));
        scopes.all.extend(queries);
        scopes
    }

    /// The table that is written to, and what an UPDATE reads besides.
    fn find_written(&self, sources: &Sources<'_>) -> Option<Scope<'a>> {
        let (text, verb) = (self.text, self.verb);
        let clauses = self.clauses();
        let end = clauses.last().map_or(text.len(), |last| last.range.end);
        let is_update = text.is(verb, "UPDATE");
        let at = match () {
            () if text.is_any(verb, &["INSERT", "REPLACE"]) => {
                let into = text.find(verb..end, &["INTO"]);
                into.map_or(end, |into| into + 1)
            }
            () if is_update && text.is(verb + 1, "OR") => verb + 3,
            () if is_update => verb + 1,
            () if text.is(verb, "DELETE") => verb + 2,
            () => return None,
        };
        let written = sources.source(at);
        let from = clauses.iter().position(|clause| clause.is(Keyword::From));
        let from = from.filter(|_| is_update).map(|from| &clauses[from..]);
        let others = from.map(|from| sources.from(from)).unwrap_or_default();
        Some(Scope {
            range: verb..end,
            clauses: &[],
            sources: written.into_iter().chain(others).collect(),
            is_merged: false,
        })
    }

    /// The clauses of the statement itself, without its WITH.
    pub(super) fn clauses(&self) -> &'a [Clause] {
        let mut statements = self.tree.clauses.split(|clause| clause.is(Keyword::End));
        let clauses = statements.next().unwrap_or_default();
        let is_after = |clause: &Clause| clause.range.end > self.verb;
        let start = clauses.iter().position(is_after);
        &clauses[start.unwrap_or(clauses.len())..]
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

    /// The arms of the statement's own query: those after the verb, and outside parentheses.
    pub(super) fn arms(&self) -> impl Iterator<Item = &Scope<'a>> {
        let depth = self.text.depth(self.verb);
        let is_arm = move |scope: &&Scope<'_>| {
            let start = scope.range.start;
            !scope.is_written() && start >= self.verb && self.text.depth(start) == depth
        };
        self.all.iter().filter(is_arm)
    }

    /// The column that a name refers to at a place, if that is certain: that of the innermost
    /// query that has one.
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

    /// The column of that name in the source's table.
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

    /// Whether the query gives one of its own columns that name.
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

/// The query of the SELECT that is that clause of a block.
fn query<'a>(block: &'a Block, select: usize, sources: &Sources<'_>, text: &Text<'_>) -> Scope<'a> {
    let after = &block.clauses[select + 1..];
    let length = after.iter().position(|clause| ends_query(clause, text));
    let length = length.unwrap_or(after.len());
    let clauses = &block.clauses[select..=select + length];
    let end = after
        .get(length)
        .map_or(block.range.end, |end| end.range.start);
    let is_merging = |clause: &Clause| {
        let is_natural = text.is(clause.range.start, "NATURAL");
        clause.is(Keyword::Using) || clause.is(Keyword::Join) && is_natural
    };
    Scope {
        range: clauses[0].range.start..end,
        sources: match clauses.get(1) {
            Some(from) if from.is(Keyword::From) => sources.from(&clauses[1..]),
            _ => Vec::new(),
        },
        is_merged: clauses.iter().any(is_merging),
        clauses,
    }
}

/// Whether the clause does not belong to the query before it.
fn ends_query(clause: &Clause, text: &Text<'_>) -> bool {
    match clause.keyword {
        Some(Keyword::On) => text.is(clause.range.start + 1, "CONFLICT"),
        Some(keyword) => matches!(
            keyword,
            Keyword::Compound | Keyword::Returning | Keyword::End
        ),
        None => false,
    }
}

impl<'a> Scope<'a> {
    /// Whether it is the table that is inserted into, updated or deleted from.
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
