//! Splits a statement's text into tokens: SQLite's, and the captures in braces.

use std::ops::Range;

use actors_sqlite::lex;

use super::mistakes::{Fault, Mistake};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or a keyword.
    Word,
    /// A name in quotes.
    Quoted,
    /// A literal: text, number, bytes.
    Literal,
    Symbol,
    /// `{…}`, a value to bind.
    Capture,
}

#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) range: Range<usize>,
    /// Its depth in parentheses; a parenthesis itself is outside its pair.
    pub(super) depth: usize,
}

/// The tokens of a text.
pub(super) fn tokens(source: &str) -> Result<Vec<Token>, Fault> {
    let mut tokens = Vec::new();
    let mut open = Vec::new();
    let mut at = 0;
    while let Some(first) = source[at..].chars().next() {
        let (kind, length) = token(source, at, first)?;
        let Some(kind) = kind else {
            at += length;
            continue;
        };
        let range = at..at + length;
        if first == ')' && open.pop().is_none() {
            return Err(Fault::at(range, Mistake::ParenthesisNotOpened));
        }
        tokens.push(Token {
            kind,
            range: range.clone(),
            depth: open.len(),
        });
        if first == '(' {
            open.push(range);
        }
        at += length;
    }
    match open.pop() {
        Some(range) => Err(Fault::at(range, Mistake::ParenthesisNotClosed)),
        None => Ok(tokens),
    }
}

/// The kind and length of what begins there; whitespace and comments have no kind.
fn token(source: &str, at: usize, first: char) -> Result<(Option<Kind>, usize), Fault> {
    let rest = &source[at..];
    let (kind, length) = match first {
        '{' => (Kind::Capture, capture(source, at)?),
        '}' => return Err(Fault::at(at..at + 1, Mistake::BraceAlone)),
        // What SQLite takes for a parameter is the type of a column here.
        ':' => (Kind::Symbol, 1 + usize::from(rest.starts_with("::"))),
        'x' | 'X' if rest[1..].starts_with('\'') => (Kind::Literal, 1 + quoted(source, at + 1)?),
        _ => match lex::first(rest).unwrap_or((lex::Kind::Space, rest.len())) {
            (lex::Kind::Space, length) => return Ok((None, length)),
            (lex::Kind::Text, _) => (Kind::Literal, quoted(source, at)?),
            (lex::Kind::Name, _) => (Kind::Quoted, quoted(source, at)?),
            (lex::Kind::Word, length) => word(&rest[..length]),
            (lex::Kind::Symbol, length) if first != '?' => (Kind::Symbol, length),
            (lex::Kind::Symbol | lex::Kind::Parameter, _) => {
                let name = rest[1..].find(|c: char| !(c.is_alphanumeric() || c == '_'));
                let end = name.map_or(source.len(), |length| at + 1 + length);
                return Err(Fault::at(at..end, Mistake::Parameter));
            }
        },
    };
    Ok((Some(kind), length))
}

/// The first part of what the lexer takes for one word: a dot separates names, or is in a number.
fn word(word: &str) -> (Kind, usize) {
    let until = |ends: &[char]| word.find(ends).unwrap_or(word.len());
    let digits = word.strip_prefix('.').unwrap_or(word);
    match digits.starts_with(|c: char| c.is_ascii_digit()) {
        true => (Kind::Literal, until(&['$'])),
        false if word.starts_with('.') => (Kind::Symbol, 1),
        false => (Kind::Word, until(&['.', '$'])),
    }
}

/// The length of a quoted text, in which braces are doubled.
fn quoted(source: &str, at: usize) -> Result<usize, Fault> {
    let rest = &source[at..];
    let closed = lex::quoted(rest);
    let mut chars = rest[..closed.unwrap_or(rest.len())]
        .char_indices()
        .peekable();
    while let Some((offset, brace)) = chars.next() {
        let is_double = chars.peek().is_some_and(|(_, next)| *next == brace);
        let offset = at + offset;
        match brace {
            '{' | '}' if is_double => drop(chars.next()),
            '{' => {
                let place = offset..offset + capture(source, offset)?;
                return Err(Fault::at(place, Mistake::CaptureInQuotes));
            }
            '}' => return Err(Fault::at(offset..offset + 1, Mistake::BraceAlone)),
            _ => {}
        }
    }
    closed.ok_or_else(|| Fault::at(at..source.len(), Mistake::QuoteNotClosed))
}

/// The length of a capture, whose expression may contain braces and texts.
fn capture(source: &str, at: usize) -> Result<usize, Fault> {
    let (mut depth, mut in_text) = (0, false);
    let mut chars = source[at..].char_indices();
    while let Some((offset, c)) = chars.next() {
        match c {
            '\\' if in_text => drop(chars.next()),
            '"' => in_text = !in_text,
            '{' if !in_text => depth += 1,
            '}' if !in_text => {
                depth -= 1;
                if depth == 0 {
                    return Ok(offset + 1);
                }
            }
            _ => {}
        }
    }
    Err(Fault::at(at..at + 1, Mistake::BraceNotClosed))
}
