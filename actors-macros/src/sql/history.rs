//! What a migration must not contain: anything that depends on the order of a table's
//! columns, which depends on the versions that a database has had.

use super::mistakes::{Fault, Mistake};
use super::parse;
use super::scopes::{Scope, Scopes};
use super::text::Text;
use crate::reflection::columns::Columns;
use crate::sqlite::names::same;
use crate::sqlite::shown::Shown;

/// The mistake in the statements of a migration over those tables, as it is displayed.
pub(crate) fn depends_on_order(sql: &str, before: &[Columns]) -> Option<Shown> {
    // A brace is not a capture here, and can only be in texts.
    let plain = sql.replace(['{', '}'], "_");
    let text = Text::new(&plain).ok()?;
    let tree = parse::parse(&text);
    let fault = star(&Scopes::new(&text, &tree, &[])).or_else(|| insert(&text, before))?;
    Some(fault.shown(sql))
}

/// A `*` over a table that the migration has not created.
fn star(scopes: &Scopes<'_>) -> Option<Fault> {
    let text = scopes.text;
    let is_asked = |query: &&Scope<'_>| text.is(query.range.start.wrapping_sub(2), "EXISTS");
    for query in scopes.all.iter().filter(|query| !is_asked(query)) {
        let mut stars = query.columns().iter().filter(|part| part.is_star());
        let star = stars.find(|star| {
            let meant = scopes.meant(&star.range, &query.sources).into_iter();
            let mut tables = meant.filter(|source| source.is_table);
            tables.any(|source| !is_made(text, source.place))
        });
        if let Some(star) = star {
            return Some(Fault::at(text.place(&star.range), Mistake::StarOfHistory));
        }
    }
    None
}

/// An INSERT that does not name its columns, into a table that the migration has not created.
fn insert(text: &Text<'_>, before: &[Columns]) -> Option<Fault> {
    let into = (0..text.len()).filter(|index| text.is(*index, "INTO"));
    let mut tables = into.map(|into| into + 1);
    let table = tables.find(|table| {
        let after = table + 1 + 2 * usize::from(text.is(table + 1, "AS"));
        !text.is(after, "(") && !text.is(after, "DEFAULT") && !is_made(text, *table)
    })?;
    let name = text.name(table)?;
    let reflection = before.iter().find(|reflection| {
        let known = reflection.table.as_ref();
        known.is_some_and(|known| same(known, &name))
    });
    let columns = reflection.iter().flat_map(|reflection| &reflection.columns);
    let columns = columns.filter(|column| !column.is_generated);
    let mistake = Mistake::InsertOfHistory {
        table: name,
        columns: columns.map(|column| column.name.clone()).collect(),
    };
    Some(Fault::at(text.place(&(table..table + 1)), mistake))
}

/// Whether the table named there is created earlier in the same text, which fixes the order
/// of its columns.
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
