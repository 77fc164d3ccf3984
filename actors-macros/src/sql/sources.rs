//! The sources of a query: the tables, queries and functions of its FROM clause, or the table
//! that is written to.

use std::ops::Range;

use super::parse;
use super::text::Text;
use super::tree::{Clause, Keyword};
use crate::reflection::columns::Table;
use crate::sqlite::names::same;

/// A table, or something else, that is read from or written to.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// The name that qualifies its columns; empty for a query without a name.
    pub(super) alias: String,
    /// Where it is named.
    pub(super) place: usize,
    /// Where it ends, with its alias.
    pub(super) after: usize,
    /// Which of the tables it is, if it is one.
    pub(super) table: Option<usize>,
    /// Whether it is a table's name, known or not, rather than a query, a function or a name of a
    /// WITH.
    pub(super) is_table: bool,
    pub(super) is_joined_outer: bool,
}

/// Reads sources where they are named.
pub(super) struct Sources<'a> {
    text: &'a Text<'a>,
    tables: &'a [Table],
    /// The names of WITHs, and the tokens that can use them.
    common: Vec<(String, Range<usize>)>,
    /// Where the statement begins after its WITH.
    pub(super) verb: usize,
}

impl<'a> Sources<'a> {
    pub(super) fn new(text: &'a Text<'a>, tables: &'a [Table]) -> Self {
        let mut sources = Self {
            text,
            tables,
            common: Vec::new(),
            verb: 0,
        };
        for with in (0..text.len()).filter(|index| text.is(*index, "WITH")) {
            let after = sources.name_common(with);
            if with == 0 {
                sources.verb = after;
            }
        }
        sources
    }

    /// Records the names of a WITH, and returns where it ends.
    fn name_common(&mut self, with: usize) -> usize {
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

    /// The sources of the FROM clause, which comes first, and of the joins after it.
    pub(super) fn from(&self, clauses: &[Clause]) -> Vec<Source> {
        let mut sources: Vec<Source> = Vec::new();
        let mut join = Vec::new();
        for clause in clauses {
            // After a condition, a comma continues the sources.
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
                let Some(mut source) = self.source(part.range.start) else {
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

    /// The source that begins there.
    pub(super) fn source(&self, place: usize) -> Option<Source> {
        let (text, mut at) = (self.text, place);
        let (mut alias, mut is_name) = (String::new(), false);
        if text.is(at, "(") {
            at = text.close(at) + 1;
        } else {
            alias = text.name(at)?;
            is_name = true;
            at += 1;
            if text.is(at, ".") {
                alias = text.name(at + 1)?;
                at += 2;
            }
            // The columns of an INSERT are in parentheses, too.
            if text.is(at, "(") && !text.is(place.wrapping_sub(1), "INTO") {
                is_name = false;
                at = text.close(at) + 1;
            }
        }
        let is_table = is_name && !self.is_common(&alias, place);
        let mut tables = self.tables.iter();
        let table = tables.position(|table| is_table && same(&table.name, &alias));
        alias = self.alias(&mut at).unwrap_or(alias);
        Some(Source {
            alias,
            place,
            after: at,
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

    /// Whether the name refers to a WITH there. What is written to is always a table.
    fn is_common(&self, name: &str, place: usize) -> bool {
        let before = place.wrapping_sub(1);
        let is_written = self.text.is_any(before, &["INTO", "UPDATE"])
            || self.text.is(before, "FROM") && self.text.is(before.wrapping_sub(1), "DELETE");
        let mut common = self.common.iter();
        !is_written && common.any(|(known, visible)| same(known, name) && visible.contains(&place))
    }
}
