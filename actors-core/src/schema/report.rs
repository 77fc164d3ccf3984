//! The report of an unsafe difference: what is stored and what is declared, side by side,
//! and the migration to write (`advice.rs`).

use std::fmt::{self, Write as _};

use super::advice::{frozen, statements};
use super::plan::{Blocker, Refusal, Stored};
use actors_sqlite::ddl::{Column, Table};

impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone(column) => write!(
                f,
                "`{column}` is stored but not declared: if its field has a new name, mark it \
                 `#[sql(was = \"{column}\")]`"
            ),
            Self::Added(column, why) => write!(f, "`{column}` can't be added: {why}"),
            Self::Changed(column) => {
                write!(f, "`{column}` differs from the stored column")
            }
            Self::Key => write!(f, "the primary key differs"),
            Self::Constraints => write!(f, "the table's checks or options differ"),
            Self::Unique(index) => write!(
                f,
                "the unique index `{index}` is new, and existing rows may not be unique"
            ),
        }
    }
}

/// Why the table was not changed, and what to write.
pub(super) fn refusal(refusal: &Refusal<'_>, stored: &Stored) -> String {
    let Refusal { pair, blockers } = refusal;
    let Some(found) = pair.stored else {
        return String::new();
    };
    let mut text = format!(
        "the stored table `{}` differs from what `{}` declares, and nothing was changed.\n\n",
        pair.def.name, pair.def.of
    );
    side_by_side(&mut text, found, &pair.declared);
    text.push('\n');
    for blocker in blockers {
        let _ = writeln!(text, "- {blocker}");
    }
    let before = format!("{}Before", pair.def.of);
    let name = format!("CHANGE_{}", pair.def.name.to_ascii_uppercase());
    let _ = write!(
        text,
        "\nThe migration to write, with the table as it was; check each statement first:\n\n{}\n\
         migration! {{\n    pub {name}: {before} => r#\"\n{}    \"#\n}}\n\n\
         Then list it on the actor, after the existing ones: `#[actor(migrations({name}))]`.",
        frozen(pair.def.name, found, stored, &before, Some(pair)),
        statements(pair, stored, found, blockers),
    );
    text
}

/// A table that is still stored but no longer declared.
pub(super) fn undeclared_table(name: &str, table: &Table, stored: &Stored) -> String {
    format!(
        "the table `{name}` is stored but not among the actor's tables, and nothing was \
         changed.\n\n\
         If it has a new name, declare that on its struct: `#[sql_table(was = \"{name}\")]`. To \
         delete its rows, this is the migration to write:\n\n{}\nmigration! {{\n    pub \
         DROP_{}: Before => \"DROP TABLE \\\"{name}\\\"\"\n}}\n\nThen list it on the actor, after \
         the existing ones: `#[actor(migrations(DROP_{}))]`.",
        frozen(name, table, stored, "Before", None),
        name.to_ascii_uppercase(),
        name.to_ascii_uppercase()
    )
}

/// The columns as they are stored, and as they are declared.
fn side_by_side(text: &mut String, stored: &Table, declared: &Table) {
    let mut lines = vec![("stored".to_owned(), "declared".to_owned())];
    let shown =
        |column: Option<&Column>| column.map_or_else(String::new, |column| column.source.clone());
    for column in &stored.columns {
        let now = declared.column_called(&column.name);
        lines.push((shown(Some(column)), shown(now)));
    }
    let added = declared
        .columns
        .iter()
        .filter(|column| stored.column_called(&column.name).is_none());
    lines.extend(added.map(|column| (String::new(), shown(Some(column)))));
    lines.push((rest(stored), rest(declared)));
    let width = lines
        .iter()
        .map(|(left, _)| left.chars().count())
        .max()
        .unwrap_or(0);
    for (left, right) in lines {
        let mark = if left == right || left == "stored" {
            ' '
        } else {
            '*'
        };
        let _ = writeln!(text, "  {mark} {left:width$}   {right}");
    }
}

/// What a table declares besides its columns.
fn rest(table: &Table) -> String {
    let key = match &table.key[..] {
        [] => None,
        key => Some(format!("PRIMARY KEY ({})", key.join(", "))),
    };
    let others = table
        .constraints
        .values()
        .chain(table.options.keys())
        .cloned();
    key.into_iter().chain(others).collect::<Vec<_>>().join(", ")
}
