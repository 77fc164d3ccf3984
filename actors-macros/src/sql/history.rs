//! What a migration must not say: what depends on the order of a table's columns, which is
//! another in each database that came there by other versions.

use super::mistakes::{Fault, Mistake};
use super::statement::Statement;
use super::text::Text;
use crate::reflection::columns::Columns;
use crate::sqlite::names::same;
use crate::sqlite::shown::Shown;

/// What is wrong with the statements of a migration over those tables, as it is shown.
pub(crate) fn depends_on_order(sql: &str, before: &[Columns]) -> Option<Shown> {
    // A brace is no capture here, and stands in texts alone.
    let plain = sql.replace(['{', '}'], "_");
    let text = Text::new(&plain).ok()?;
    let statement = Statement::new(&text, &[]);
    let fault = star(&statement).or_else(|| insert(&text, before))?;
    Some(fault.shown(sql))
}

/// A `*` over a table that the migration has not made.
fn star(statement: &Statement<'_>) -> Option<Fault> {
    let text = statement.text;
    for query in &statement.scopes.all {
        let list = query.list.clone().unwrap_or_default();
        let is_asked = text.is(query.range.start.wrapping_sub(2), "EXISTS");
        let mut columns = text.split_columns(list).into_iter();
        let star = columns.find(|part| {
            let tables = statement.meant(part, &query.sources).into_iter();
            let mut tables = tables.filter(|source| source.is_table);
            statement.is_star(part) && tables.any(|source| !is_made(text, source.place))
        });
        if let Some(star) = star.filter(|_| !is_asked) {
            return Some(Fault::at(text.place(&star), Mistake::StarOfHistory));
        }
    }
    None
}

/// An INSERT that does not name its columns, into a table that the migration has not made.
fn insert(text: &Text<'_>, before: &[Columns]) -> Option<Fault> {
    let into = (0..text.len()).filter(|index| text.is(*index, "INTO"));
    let mut tables = into.map(|into| into + 1);
    let table = tables.find(|table| {
        let behind = table + 1 + 2 * usize::from(text.is(table + 1, "AS"));
        !text.is(behind, "(") && !text.is(behind, "DEFAULT") && !is_made(text, *table)
    })?;
    let name = text.name(table)?;
    let told = before.iter().find(|told| {
        let known = told.table.as_ref();
        known.is_some_and(|known| same(known, &name))
    });
    let columns = told.iter().flat_map(|told| &told.columns);
    let columns = columns.filter(|column| !column.is_generated);
    let mistake = Mistake::InsertOfHistory {
        table: name,
        columns: columns.map(|column| column.name.clone()).collect(),
    };
    Some(Fault::at(text.place(&(table..table + 1)), mistake))
}

/// Whether the table that is named there has been made before by the same text, which says
/// the order of its columns.
fn is_made(text: &Text<'_>, place: usize) -> bool {
    let name = text.name(place).unwrap_or_default();
    let is_it = |index: usize| text.name(index).is_some_and(|other| same(&other, &name));
    (0..place).any(|index| {
        let is_created = text.is(index, "CREATE") && text.is(index + 1, "TABLE");
        let is_renamed = text.is(index, "RENAME") && text.is(index + 1, "TO");
        is_created && is_it(index + 2)
            || is_renamed && is_it(index + 2) && index > 0 && is_made(text, index - 1)
    })
}
