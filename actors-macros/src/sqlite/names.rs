//! Names in SQL: what they can be, and how they are written and compared.

use quote::ToTokens;

use super::mistakes::Mistake;
use crate::common::mistakes::Mistakes;

/// The prefixes of names that belong to the platform, the framework and SQLite.
const RESERVED: [&str; 3] = ["_cf_", "_actors", "sqlite_"];

/// Refuses a name that can't be that of a table, a column or an index.
pub(crate) fn check_name(place: &impl ToTokens, name: &str, mistakes: &mut Mistakes) {
    let lower = name.to_ascii_lowercase();
    let is_word = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.starts_with(|c: char| !c.is_ascii_digit());
    if !is_word {
        mistakes.add(place, Mistake::NameForm(name));
    } else if RESERVED.iter().any(|prefix| lower.starts_with(prefix)) {
        mistakes.add(place, Mistake::NameReserved(name));
    }
}

/// The name in quotes, so that it may be one of SQL's keywords.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

/// Names in SQL don't tell capitals from small letters.
pub(crate) fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}
