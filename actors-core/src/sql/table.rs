//! Tables, as `#[sql_table]` declares them.

use crate::sql::FromRow;

/// A table's definition.
#[derive(Debug)]
pub struct TableDef {
    /// The struct that declares it.
    pub of: &'static str,
    /// The table's name in SQLite.
    pub name: &'static str,
    /// The name that it had before, from `was`.
    pub was: Option<&'static str>,
    /// Its `CREATE TABLE` statement, in parts: the types of columns are what the types
    /// of fields say.
    pub create: &'static [&'static str],
    /// Its indices.
    pub indices: &'static [IndexDef],
    /// Columns that had other names before: the name now, and the one that it was.
    pub renamed: &'static [(&'static str, &'static str)],
}

/// An index of a table.
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
    const TABLE: TableDef;
}

/// A table with a primary key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no primary key to reference",
    label = "not a table with a key",
    note = "put `#[sql(primary_key)]` on a field of `{Self}`"
)]
pub trait Keyed: Table {}

/// An actor that has `T` among its tables: `#[actor(tables(T))]`.
#[diagnostic::on_unimplemented(
    message = "`{T}` is not among the tables of `{Self}`",
    label = "this actor has no such table",
    note = "name it on the actor's struct: `#[actor(tables({T}))]`"
)]
pub trait HasTable<T> {}
