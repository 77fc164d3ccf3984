//! What `sql!` refuses, whatever the tables are.

use actors_sqlite::names::is_private;
use actors_sqlite::refused::{ADMINISTRATION, ROWS, SCHEMA, TRANSACTIONS};

use super::mistakes::{Fault, Mistake};
use super::text::Text;

/// Refuses anything but one statement over rows.
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
    if is(&ADMINISTRATION) {
        return Err(at(0, Mistake::Forbidden(verb)));
    }
    if !is(&ROWS) {
        let known = ROWS.map(str::to_owned).to_vec();
        return Err(at(0, Mistake::NotAStatement { word: verb, known }));
    }
    for index in 0..text.len() {
        if text.is(index, ";") && index + 1 < text.len() {
            return Err(at(index + 1, Mistake::SeveralStatements));
        }
        let name = text.name(index).unwrap_or_default();
        if is_private(&name) {
            return Err(at(index, Mistake::PlatformTable(name)));
        }
    }
    Ok(())
}
