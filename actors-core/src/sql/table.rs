//! Tables, as `#[sql_table]` declares them.

use crate::sql::FromRow;

/// A table's definition.
#[doc(hidden)]
#[derive(Debug)]
pub struct TableDef {
    /// The struct that declares it.
    pub of: &'static str,
    /// The table's name in SQLite.
    pub name: &'static str,
    /// Its previous name, from `was`.
    pub was: Option<&'static str>,
    /// Its `CREATE TABLE` statement, in parts: the types of the columns come from the types
    /// of the fields.
    pub create: &'static [&'static str],
    /// The names of its columns.
    pub columns: &'static [&'static str],
    /// Its indices.
    pub indices: &'static [IndexDef],
    /// Renamed columns: the current name and the previous one.
    pub renamed: &'static [(&'static str, &'static str)],
}

/// An index of a table.
#[doc(hidden)]
#[derive(Debug)]
pub struct IndexDef {
    /// The index's name in SQLite.
    pub name: &'static str,
    /// Its `CREATE INDEX` statement.
    pub create: &'static str,
}

/// A struct that `#[sql_table]` makes a table of.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a table",
    label = "not a table",
    note = "put `#[sql_table]` on the struct"
)]
pub trait Table: FromRow {
    /// The table that holds the struct's values.
    #[doc(hidden)]
    const TABLE: TableDef;
}

/// A table with a primary key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no primary key, by which a row is found",
    label = "a primary key is needed",
    note = "mark a field `#[sql(primary_key)]`, or name several: `#[sql_table(primary_key(a, b))]`"
)]
pub trait Keyed: Table {}

/// A change of tables that is written by hand, from [`migration!`](crate::migration).
#[derive(Debug)]
pub struct Migration {
    /// The name of the constant, which databases record.
    #[doc(hidden)]
    pub id: &'static str,
    /// The tables as they were before it.
    #[doc(hidden)]
    pub before: &'static [TableDef],
    /// The statements.
    #[doc(hidden)]
    pub sql: &'static str,
}
