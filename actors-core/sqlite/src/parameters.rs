//! The parameters in the text of a statement.

use std::ops::Range;

use crate::lex::{Kind, Token, tokens};

/// The parameters with their numbers, as SQLite counts them: `?` and a new name take the number
/// after the largest so far. Several statements all share the values.
pub fn parameters(statement: &str) -> Vec<(usize, Range<usize>)> {
    let tokens = tokens(statement);
    let mut found = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if token.is(";") {
            names.clear();
        }
        let next = tokens.get(index + 1);
        let next = next.filter(|next| next.start == token.end);
        if let Some(end) = end_of_parameter(token, next) {
            let place = token.start..end;
            let name = statement.get(place.clone()).unwrap_or_default();
            found.push((number(name, &mut names), place));
        }
    }
    found
}

/// Where the parameter that begins here ends, if there is one; `next` is the token right after.
fn end_of_parameter(token: &Token, next: Option<&Token>) -> Option<usize> {
    match token.kind {
        // A colon alone is not a parameter.
        Kind::Parameter if token.end - token.start > 1 && !token.text.starts_with('#') => {
            Some(token.end)
        }
        Kind::Symbol if token.is("?") => {
            let is_number = |next: &&Token| next.text.bytes().all(|byte| byte.is_ascii_digit());
            Some(
                next.filter(is_number)
                    .map_or(token.end, |number| number.end),
            )
        }
        _ => None,
    }
}

/// The number of the parameter with that text; `names` has those so far.
fn number<'a>(name: &'a str, names: &mut Vec<&'a str>) -> usize {
    let known = names.iter().position(|known| name != "?" && *known == name);
    let numbered = name
        .strip_prefix('?')
        .and_then(|digits| digits.parse().ok());
    match (numbered, known) {
        (Some(number), _) => {
            if names.len() < number {
                names.resize(number.min(1_000), "?");
            }
            number
        }
        (None, Some(known)) => known + 1,
        (None, None) => {
            names.push(name);
            names.len()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_counted_as_sqlite_does() {
        let numbers = |statement| -> Vec<usize> {
            parameters(statement)
                .into_iter()
                .map(|(number, _)| number)
                .collect()
        };
        assert_eq!(numbers("SELECT ?, ?, ?"), [1, 2, 3]);
        assert_eq!(numbers("SELECT ?2, ?, ?1"), [2, 3, 1]);
        assert_eq!(numbers("SELECT :a, @b, $c, :a, ?, :d"), [1, 2, 3, 1, 4, 5]);
        assert_eq!(
            numbers("SELECT '?', \"?\", `?`, [?] -- ?\n, /* ? */ ?"),
            [1]
        );
        assert_eq!(numbers("DELETE FROM a; SELECT ?, '; ?'"), [1]);
        assert_eq!(numbers("SELECT 1 WHERE ?IS NOT ?1"), [1, 1]);
        assert_eq!(numbers("SELECT a->?, 'it''s ?' || ?"), [1, 2]);
    }
}
