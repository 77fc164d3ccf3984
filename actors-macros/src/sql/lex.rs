//! A statement's text cut into tokens: SQLite's, and the captures in braces.

use std::ops::Range;

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
    /// How many parentheses it is in; a parenthesis itself is outside of its pair.
    pub(super) depth: usize,
}

/// The tokens of a text.
pub(super) fn tokens(source: &str) -> Result<Vec<Token>, Fault> {
    let mut tokens = Vec::new();
    let mut open = Vec::new();
    let mut at = 0;
    while let Some(first) = source[at..].chars().next() {
        let Some((kind, length)) = token(source, at, first)? else {
            at += space(&source[at..]);
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

/// The kind and the length of the token that begins there; none for space and comments.
fn token(source: &str, at: usize, first: char) -> Result<Option<(Kind, usize)>, Fault> {
    let rest = &source[at..];
    if space(rest) > 0 {
        return Ok(None);
    }
    Ok(Some(match first {
        '\'' => (Kind::Literal, quoted(source, at, '\'')?),
        '"' | '`' => (Kind::Quoted, quoted(source, at, first)?),
        '[' => (Kind::Quoted, quoted(source, at, ']')?),
        '{' => (Kind::Capture, capture(source, at)?),
        '}' => return Err(Fault::at(at..at + 1, Mistake::BraceAlone)),
        'x' | 'X' if rest[1..].starts_with('\'') => {
            (Kind::Literal, 1 + quoted(source, at + 1, '\'')?)
        }
        '0'..='9' => (Kind::Literal, while_in(rest, is_in_number)),
        '.' if rest[1..].starts_with(|c: char| c.is_ascii_digit()) => {
            (Kind::Literal, while_in(rest, is_in_number))
        }
        '?' | '@' | '$' | '#' => {
            let length = 1 + while_in(&rest[1..], is_in_word);
            return Err(Fault::at(at..at + length, Mistake::Parameter));
        }
        first if is_in_word(first) => (Kind::Word, while_in(rest, is_in_word)),
        _ => (Kind::Symbol, symbol(rest)),
    }))
}

/// Length of the leading whitespace, or of the comment.
fn space(rest: &str) -> usize {
    if rest.starts_with("--") {
        rest.find('\n').unwrap_or(rest.len())
    } else if let Some(comment) = rest.strip_prefix("/*") {
        comment.find("*/").map_or(rest.len(), |end| end + 4)
    } else {
        while_in(rest, char::is_whitespace)
    }
}

fn while_in(rest: &str, is_in: fn(char) -> bool) -> usize {
    rest.find(|c| !is_in(c)).unwrap_or(rest.len())
}

fn is_in_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_in_number(c: char) -> bool {
    is_in_word(c) || c == '.'
}

/// The length of what is in quotes, in which the closing one is doubled to mean itself.
fn quoted(source: &str, at: usize, close: char) -> Result<usize, Fault> {
    let mut chars = source[at..].char_indices().skip(1).peekable();
    while let Some((offset, c)) = chars.next() {
        let is_double = chars.peek().is_some_and(|(_, next)| *next == c);
        match c {
            '{' | '}' if is_double => drop(chars.next()),
            '{' => {
                let length = capture(source, at + offset)?;
                let place = at + offset..at + offset + length;
                return Err(Fault::at(place, Mistake::CaptureInQuotes));
            }
            '}' => return Err(Fault::at(at + offset..at + offset + 1, Mistake::BraceAlone)),
            c if c == close && is_double && close != ']' => drop(chars.next()),
            c if c == close => return Ok(offset + 1),
            _ => {}
        }
    }
    Err(Fault::at(at..source.len(), Mistake::QuoteNotClosed))
}

/// The length of a capture, whose expression may have braces and texts of its own.
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

fn symbol(rest: &str) -> usize {
    const LONG: [&str; 11] = [
        "->>", "->", "||", "<=", ">=", "<>", "!=", "==", "<<", ">>", "::",
    ];
    let long = LONG.iter().find(|symbol| rest.starts_with(**symbol));
    long.map_or_else(
        || rest.chars().next().map_or(0, char::len_utf8),
        |symbol| symbol.len(),
    )
}
