//! Names in SQL: what they can be, and how they are written and compared.

use quote::ToTokens;

use super::mistakes::Mistake;
use crate::common::mistakes::Mistakes;

/// Whether the name belongs to the platform or to the framework.
pub(crate) fn is_taken(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["_cf_", "_actors"]
        .iter()
        .any(|prefix| lower.starts_with(prefix))
}

/// Refuses a name that can't be that of a table, a column or an index.
pub(crate) fn check_name(place: &impl ToTokens, name: &str, mistakes: &mut Mistakes) {
    let is_word = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.starts_with(|c: char| !c.is_ascii_digit());
    if !is_word {
        mistakes.add(place, Mistake::NameForm(name));
    } else if is_taken(name) || name.to_ascii_lowercase().starts_with("sqlite_") {
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
