//! The parameters of a statement, as they stand in its text.

use std::ops::Range;

use crate::sqlite::tokens;

/// The statement with each parameter whose number is in `integers` (the bit `n - 1` for `?n`)
/// cast to an INTEGER: all that JavaScript can bind is a REAL. The plus takes the cast's
/// affinity away, so that the value is compared as one that is bound.
pub(crate) fn cast_integers(statement: &str, integers: u128) -> String {
    let mut text = String::with_capacity(statement.len() + 64);
    let mut copied = 0;
    for (number, place) in parameters(statement) {
        if is_in(integers, number) {
            text.push_str(&statement[copied..place.start]);
            text.push_str("+CAST(");
            text.push_str(&statement[place.clone()]);
            text.push_str(" AS INTEGER)");
            copied = place.end;
        }
    }
    text.push_str(&statement[copied..]);
    text
}

fn is_in(integers: u128, number: usize) -> bool {
    let shift = u32::try_from(number.wrapping_sub(1)).unwrap_or(u32::MAX);
    integers
        .checked_shr(shift)
        .is_some_and(|bits| bits & 1 == 1)
}

/// The parameters with their numbers, as SQLite counts them: `?` and a new name take the number
/// after the largest so far. Of several statements, the values belong to each one.
fn parameters(statement: &str) -> Vec<(usize, Range<usize>)> {
    let tokens = tokens(statement);
    let mut found = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if token.is(";") {
            names.clear();
        }
        let next = tokens.get(index + 1).filter(|next| next.follows(token));
        if let Some(end) = token.end_of_parameter(next) {
            let place = token.start..end;
            found.push((number(&statement[place.clone()], &mut names), place));
        }
    }
    found
}

/// The number of the parameter that is written like that; `names` has those so far.
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

    #[test]
    fn the_integers_are_cast_and_nothing_else() {
        assert_eq!(
            cast_integers("SELECT 'ä?' || ?1, ?2, ?1 -- ?", 0b1),
            "SELECT 'ä?' || +CAST(?1 AS INTEGER), ?2, +CAST(?1 AS INTEGER) -- ?"
        );
        assert_eq!(
            cast_integers("VALUES (?, ?)", 0b10),
            "VALUES (?, +CAST(? AS INTEGER))"
        );
        assert_eq!(
            cast_integers("SELECT :a, ?999", u128::MAX),
            "SELECT +CAST(:a AS INTEGER), ?999"
        );
    }
}
