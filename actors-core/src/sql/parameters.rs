//! Binds integers, which JavaScript does not have, to a statement.

use std::ops::Range;

use actors_sqlite::parameters::parameters;

/// The statement with each parameter whose number is in `integers` (the bit `n - 1` for `?n`)
/// cast to an INTEGER, since JavaScript binds every number as a REAL. The plus removes the
/// cast's affinity, so that the value is compared like a bound one.
pub(crate) fn cast_integers(statement: &str, integers: u128) -> String {
    let mut text = String::with_capacity(statement.len() + 64);
    let part = |range: Range<usize>| statement.get(range).unwrap_or_default();
    let mut copied = 0;
    for (number, place) in parameters(statement) {
        if is_in(integers, number) {
            let before = part(copied..place.start);
            text.extend([before, "+CAST(", part(place.clone()), " AS INTEGER)"]);
            copied = place.end;
        }
    }
    text.push_str(part(copied..statement.len()));
    text
}

fn is_in(integers: u128, number: usize) -> bool {
    let shift = u32::try_from(number.wrapping_sub(1)).unwrap_or(u32::MAX);
    integers
        .checked_shr(shift)
        .is_some_and(|bits| bits & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

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
