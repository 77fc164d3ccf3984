//! The statement as SQLite gets it: captures are numbered, annotations removed, and what
//! would depend on the order of a table's columns is spelled out.

use std::collections::HashMap;
use std::ops::Range;

use super::captures::{Captures, is_list};
use super::items::Star;
use super::lex::Kind;
use super::statement::Statement;
use super::text::Text;
use crate::reflection::columns::Table;
use crate::sqlite::names::quoted;

pub(super) struct Rewritten {
    pub(super) text: String,
    /// Where each part begins, and the source bytes that it stands for.
    origins: Vec<(usize, Range<usize>)>,
}

impl Rewritten {
    pub(super) fn new(
        statement: &Statement<'_>,
        captures: &Captures,
        stars: Vec<Star>,
        tables: &[Table],
    ) -> Self {
        let mut rewritten = Self {
            text: String::new(),
            origins: Vec::new(),
        };
        let text = statement.text;
        let replaced = replaced(statement, stars);
        let mut at = 0;
        while at < text.len() {
            if let Some(list) = left_out(statement, at, tables) {
                rewritten.push(&list, text.place(&(at - 1..at)));
            }
            if let Some((end, instead)) = replaced.get(&at) {
                rewritten.push(instead, text.place(&(at..*end)));
                at = *end;
            } else {
                rewritten.token(text, at, captures);
                at += 1;
            }
        }
        rewritten
    }

    fn token(&mut self, text: &Text<'_>, at: usize, captures: &Captures) {
        let (token, source) = (&text.tokens[at], text.get(at));
        let instead = match token.kind {
            Kind::Capture => captures.number(at).map(|number| match is_list(text, at) {
                true => format!("(SELECT value FROM json_each(?{number}))"),
                false => format!("?{number}"),
            }),
            Kind::Literal | Kind::Quoted => Some(source.replace("{{", "{").replace("}}", "}")),
            _ => None,
        };
        if at > 0 && text.tokens[at - 1].range.end < token.range.start {
            self.text.push(' ');
        }
        self.push(instead.as_deref().unwrap_or(source), token.range.clone());
    }

    fn push(&mut self, part: &str, origin: Range<usize>) {
        let touches = |c: char| c.is_alphanumeric() || c == '_' || c == '"' || c == '?';
        if self.text.ends_with(touches) && part.starts_with(touches) {
            self.text.push(' ');
        }
        self.origins.push((self.text.len(), origin));
        self.text.push_str(part);
    }

    /// The source bytes for that place in the rewritten text.
    pub(super) fn origin(&self, at: usize) -> Option<Range<usize>> {
        let part = self.origins.partition_point(|(start, _)| *start <= at);
        let (_, origin) = self.origins.get(part.checked_sub(1)?)?;
        Some(origin.clone())
    }
}

/// The columns of an INSERT that omits them, and where they would be.
fn left_out(statement: &Statement<'_>, at: usize, tables: &[Table]) -> Option<String> {
    let insert = statement.insert.as_ref()?;
    if insert.place != at || insert.columns.is_some() || insert.is_default {
        return None;
    }
    let table = &tables[insert.table];
    let names = table.written().into_iter();
    let names = names.map(|index| quoted(&table.columns[index].name));
    Some(format!("({})", names.collect::<Vec<_>>().join(", ")))
}

/// By its first token: the end of what is replaced, and the replacement.
fn replaced(statement: &Statement<'_>, stars: Vec<Star>) -> HashMap<usize, (usize, String)> {
    let stars = stars
        .into_iter()
        .map(|(range, columns)| (range.start, (range.end, columns.join(", "))));
    let items = statement.arms.iter().flatten().flatten();
    let annotations = items.filter_map(|item| item.annotation.clone());
    let annotations = annotations.map(|range| (range.start, (range.end, String::new())));
    stars.chain(annotations).collect()
}
