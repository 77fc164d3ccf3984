//! The lexer: SQLite's tokens, as far as readers of statements have to tell them apart.
//!
//! It is tolerant: anything unclosed ends with the text. SQLite itself reports errors. It never
//! slices a text with brackets, nor searches one for another: in a small Worker nothing else would,
//! and what `core` has for that, with its message for a wrong place, is larger than this file.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Whitespace, a comment, or a byte order mark.
    Space,
    /// A name, a keyword or a number. Includes dots, and the digits after a `?`.
    Word,
    /// A name in quotes: `"a"`, `` `a` `` or `[a]`.
    Name,
    /// A text in quotes, also the part after the `x` of a blob.
    Text,
    /// A named parameter: `:a`, `@a`, `$a` or `#a`.
    Parameter,
    /// Anything else; operators of several characters are one symbol.
    Symbol,
}

/// The kind and the length in bytes of the token that a text begins with; none if it is empty.
pub fn first(text: &str) -> Option<(Kind, usize)> {
    let byte = *text.as_bytes().first()?;
    let found = match byte {
        _ if byte.is_ascii_whitespace() => (Kind::Space, 1),
        b'-' if text.starts_with("--") => (Kind::Space, text.find('\n').unwrap_or(text.len())),
        b'/' if text.starts_with("/*") => {
            let mut rest = text.as_bytes()[2..].windows(2);
            let end = rest.position(|end| end == b"*/");
            (Kind::Space, end.map_or(text.len(), |end| end + 4))
        }
        0xef if text.starts_with(BYTE_ORDER_MARK) => (Kind::Space, BYTE_ORDER_MARK.len_utf8()),
        b'$' | b'@' | b'#' | b':' => (Kind::Parameter, parameter(text)),
        b'\'' => (Kind::Text, quoted(text).unwrap_or(text.len())),
        b'"' | b'`' | b'[' => (Kind::Name, quoted(text).unwrap_or(text.len())),
        _ if is_in_word(&byte) => (Kind::Word, text.bytes().take_while(is_in_word).count()),
        _ => (Kind::Symbol, symbol(text)),
    };
    Some(found)
}

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Letters of all languages are parts of words, and so is the dot of a number.
fn is_in_word(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'.') || !byte.is_ascii()
}

/// The length of a symbol.
fn symbol(text: &str) -> usize {
    const LONG: [&str; 10] = ["->>", "->", "||", "<=", ">=", "<>", "!=", "==", "<<", ">>"];
    let long = LONG.iter().find(|symbol| text.starts_with(**symbol));
    long.map_or(1, |symbol| symbol.len())
}

/// The length of a named parameter, which may contain anything but spaces in parentheses.
fn parameter(text: &str) -> usize {
    let name = |byte: &u8| is_in_word(byte) || *byte == b':';
    let end = 1 + text.bytes().skip(1).take_while(name).count();
    let rest = text.get(end..).filter(|_| end > 1);
    let Some(suffix) = rest.and_then(|rest| rest.strip_prefix('(')) else {
        return end;
    };
    let length = suffix.find(|c: char| c.is_ascii_whitespace() || c == ')');
    end + length.map_or(text.len() - end, |length| length + 2)
}

/// The length of the quoted part at the beginning of the text; a quote in it is doubled, except
/// in brackets. None if it is not closed.
pub fn quoted(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let quote = *bytes.first()?;
    if quote == b'[' {
        return text.find(']').map(|end| end + 1);
    }
    let mut end = 1;
    while end < bytes.len() {
        if bytes[end] == quote {
            if bytes.get(end + 1) != Some(&quote) {
                return Some(end + 1);
            }
            end += 1;
        }
        end += 1;
    }
    None
}

/// A part of a statement that is not whitespace.
#[derive(Debug)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// In lower case and without the quotes of a name; a text is as written.
    pub text: String,
    /// Where it begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

impl Token {
    /// Whether it is that text, in quotes or not.
    pub fn is(&self, text: &str) -> bool {
        self.text == text
    }

    /// Whether it is that word, and not a name in quotes.
    pub fn is_word(&self, word: &str) -> bool {
        self.kind != Kind::Name && self.text == word
    }
}

/// Splits a statement into tokens, without whitespace and comments.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut start = 0;
    while let Some((kind, length)) = text.get(start..).and_then(first) {
        let end = start + length;
        let source = text.get(start..end).unwrap_or_default();
        let text = match kind {
            Kind::Space => None,
            Kind::Text => Some(source.to_owned()),
            Kind::Name => {
                let name = source.get(1..length - 1).unwrap_or(source);
                Some(name.to_ascii_lowercase())
            }
            _ => Some(source.to_ascii_lowercase()),
        };
        tokens.extend(text.map(|text| Token {
            kind,
            text,
            start,
            end,
        }));
        start = end;
    }
    tokens
}

/// The statement's words in their normal form, which determine its meaning.
pub fn meaning(statement: &str) -> String {
    join(&tokens(statement))
}

/// The words and symbols of a statement that are not in quotes, in lower case.
pub fn words(statement: &str) -> Vec<String> {
    let tokens = tokens(statement).into_iter();
    let tokens = tokens.filter(|token| token.kind != Kind::Name);
    tokens.map(|token| token.text).collect()
}

/// Where common table expressions can begin in a query, and whether it has any.
pub fn query(statement: &str) -> Option<(usize, bool)> {
    let tokens = tokens(statement);
    let first = tokens.first()?;
    if first.is_word("select") || first.is_word("values") {
        return Some((0, false));
    }
    let second = tokens.get(1)?;
    first
        .is_word("with")
        .then(|| match second.is_word("recursive") {
            true => (second.end, true),
            false => (first.end, true),
        })
}

/// The names in a piece of a statement, keywords and the names of functions included.
pub fn names(text: &str) -> Vec<String> {
    let is_name = |token: &Token| {
        token.kind == Kind::Name
            || token
                .text
                .starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || !c.is_ascii())
    };
    let tokens = tokens(text).into_iter().filter(is_name);
    tokens.map(|token| token.text).collect()
}

pub(crate) fn join(tokens: &[Token]) -> String {
    let mut text = String::new();
    for (index, token) in tokens.iter().enumerate() {
        text.extend([if index > 0 { " " } else { "" }, &token.text]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_where_sqlite_cuts_it() {
        let cut = |text: &str| -> Vec<String> {
            let tokens = tokens(text).into_iter();
            tokens
                .map(|token| text[token.start..token.end].to_owned())
                .collect()
        };
        let parts = |text: &str| text.split('|').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(
            cut("SELECT a.b,'it''s'/* c */||[d e]->>\"f\"\"g\" -- h"),
            [
                &parts("SELECT|a.b|,|'it''s'")[..],
                &["||".to_owned()],
                &parts("[d e]|->>|\"f\"\"g\"")
            ]
            .concat()
        );
        assert_eq!(
            cut("x'ff' ?1 :a $b::c(d e"),
            parts("x|'ff'|?|1|:a|$b::c(d |e")
        );
        assert_eq!(cut("'open"), ["'open"]);
        assert_eq!(cut("\u{feff}größe /* open"), ["größe"]);
    }
}
