//! A statement's tokens, and the queries that find its parts.

use std::ops::Range;

use super::lex::{self, Kind, Token};
use super::mistakes::Fault;

pub(super) struct Text<'a> {
    pub(super) source: &'a str,
    pub(super) tokens: Vec<Token>,
}

impl<'a> Text<'a> {
    pub(super) fn new(source: &'a str) -> Result<Self, Fault> {
        let tokens = lex::tokens(source)?;
        Ok(Self { source, tokens })
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn get(&self, index: usize) -> &'a str {
        self.tokens
            .get(index)
            .map_or("", |token| &self.source[token.range.clone()])
    }

    /// Whether that token is that keyword or symbol.
    pub(super) fn is(&self, index: usize, wanted: &str) -> bool {
        let kind = self.tokens.get(index).map(|token| token.kind);
        matches!(kind, Some(Kind::Word | Kind::Symbol))
            && self.get(index).eq_ignore_ascii_case(wanted)
    }

    pub(super) fn is_any(&self, index: usize, wanted: &[&str]) -> bool {
        wanted.iter().any(|wanted| self.is(index, wanted))
    }

    pub(super) fn is_capture(&self, index: usize) -> bool {
        let kind = self.tokens.get(index).map(|token| token.kind);
        kind == Some(Kind::Capture)
    }

    /// The name there, without its quotes.
    pub(super) fn name(&self, index: usize) -> Option<String> {
        let text = self.get(index);
        match self.tokens.get(index)?.kind {
            Kind::Word => Some(text.to_owned()),
            Kind::Quoted => {
                let close = &text[text.len() - 1..];
                let inner = &text[1..text.len() - 1];
                Some(inner.replace(&close.repeat(2), close))
            }
            _ => None,
        }
    }

    pub(super) fn depth(&self, index: usize) -> usize {
        self.tokens.get(index).map_or(0, |token| token.depth)
    }

    /// The bytes of those tokens.
    pub(super) fn place(&self, tokens: &Range<usize>) -> Range<usize> {
        let bytes = |index: usize| self.tokens.get(index).map(|token| token.range.clone());
        match (bytes(tokens.start), bytes(tokens.end.saturating_sub(1))) {
            (Some(first), Some(last)) => first.start..last.end.max(first.end),
            _ => self.source.len()..self.source.len(),
        }
    }

    /// The parenthesis that closes the one there.
    pub(super) fn close(&self, open: usize) -> usize {
        let depth = self.depth(open);
        (open + 1..self.len())
            .find(|index| self.depth(*index) == depth)
            .unwrap_or(self.len())
    }

    /// Where the parentheses around that token end, or the text.
    pub(super) fn end(&self, index: usize) -> usize {
        let depth = self.depth(index);
        let mut after = index..self.len();
        after
            .find(|at| self.depth(*at) < depth)
            .unwrap_or(self.len())
    }

    /// The first of those keywords in a range, outside of parentheses in it.
    pub(super) fn find(&self, range: Range<usize>, words: &[&str]) -> Option<usize> {
        let depth = self.depth(range.start);
        range
            .into_iter()
            .take_while(|index| self.depth(*index) >= depth)
            .find(|index| self.depth(*index) == depth && self.is_any(*index, words))
    }

    /// The parts between the commas of a range, outside of parentheses in it.
    pub(super) fn split(&self, range: Range<usize>) -> Vec<Range<usize>> {
        if range.is_empty() {
            return Vec::new();
        }
        let depth = self.depth(range.start);
        let mut parts = Vec::new();
        let mut start = range.start;
        for index in range.clone() {
            if self.depth(index) == depth && self.is(index, ",") {
                parts.push(start..index);
                start = index + 1;
            }
        }
        parts.push(start..range.end);
        parts
    }

    /// The columns of a list: its parts, where a type may contain commas.
    pub(super) fn split_columns(&self, list: Range<usize>) -> Vec<Range<usize>> {
        let mut columns: Vec<Range<usize>> = Vec::new();
        for part in self.split(list) {
            match columns.last_mut().filter(|column| self.is_in_type(column)) {
                Some(column) => column.end = part.end,
                None => columns.push(part),
            }
        }
        columns
    }

    /// Whether the part ends within the angle brackets of a type.
    fn is_in_type(&self, part: &Range<usize>) -> bool {
        let Some(colon) = self.find(part.clone(), &[":"]) else {
            return false;
        };
        let brackets = (colon..part.end).map(|index| match self.get(index) {
            "<" => 1,
            "<<" => 2,
            ">" => -1,
            ">>" => -2,
            _ => 0,
        });
        brackets.sum::<i32>() > 0
    }
}
