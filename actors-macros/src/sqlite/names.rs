//! Names in SQL: their valid forms, and how they are quoted and compared.

use actors_sqlite::names::is_reserved;
pub(crate) use actors_sqlite::names::quoted;
use quote::ToTokens;

use super::mistakes::Mistake;
use crate::common::mistakes::Mistakes;

/// Refuses a name that can't name a table, a column or an index.
pub(crate) fn check_name(place: &impl ToTokens, name: &str, mistakes: &mut Mistakes) {
    let is_word = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.starts_with(|c: char| !c.is_ascii_digit());
    if !is_word {
        mistakes.add(place, Mistake::NameForm(name));
    } else if is_reserved(name) {
        mistakes.add(place, Mistake::NameReserved(name));
    }
}

/// Names in SQL are case-insensitive.
pub(crate) fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}
