//! What is no statement for `sql!`, whatever its tables are.

use super::mistakes::{Fault, Mistake};
use super::text::Text;
use crate::sqlite::names::is_taken;

const STATEMENTS: [&str; 7] = [
    "SELECT", "INSERT", "REPLACE", "UPDATE", "DELETE", "WITH", "VALUES",
];
const TRANSACTIONS: [&str; 6] = ["BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE"];
const SCHEMA: [&str; 3] = ["CREATE", "ALTER", "DROP"];
const FORBIDDEN: [&str; 5] = ["ATTACH", "DETACH", "VACUUM", "ANALYZE", "REINDEX"];

/// Refuses what is not one statement over rows.
pub(super) fn check(text: &Text<'_>) -> Result<(), Fault> {
    if text.len() == 0 {
        return Err(Fault::somewhere(Mistake::Empty));
    }
    let at = |index: usize, mistake| Fault::at(text.tokens[index].range.clone(), mistake);
    let verb = text.get(0).to_uppercase();
    let is = |words: &[&str]| words.contains(&&*verb);
    if is(&TRANSACTIONS) {
        return Err(at(0, Mistake::Transaction(verb)));
    }
    if is(&["PRAGMA"]) {
        return Err(at(0, Mistake::Pragma));
    }
    if is(&SCHEMA) {
        return Err(at(0, Mistake::SchemaChange(verb)));
    }
    if is(&FORBIDDEN) {
        return Err(at(0, Mistake::Forbidden(verb)));
    }
    if !is(&STATEMENTS) {
        let known = STATEMENTS.map(str::to_owned).to_vec();
        return Err(at(0, Mistake::NotAStatement { word: verb, known }));
    }
    for index in 0..text.len() {
        if text.is(index, ";") && index + 1 < text.len() {
            return Err(at(index + 1, Mistake::SeveralStatements));
        }
        let name = text.name(index).unwrap_or_default();
        if is_taken(&name) {
            return Err(at(index, Mistake::PlatformTable(name)));
        }
    }
    Ok(())
}
