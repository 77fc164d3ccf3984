//! Tables, as `#[sql_table]` declares them.

use crate::ctx::Ctx;
use crate::error::Result;
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
    message = "`{Self}` has no primary key, by which a row is found",
    label = "a primary key is needed",
    note = "mark a field `#[sql(primary_key)]`, or name several: `#[sql_table(primary_key(a, b))]`"
)]
pub trait Keyed: Table {}

/// The helpers that a table with a primary key has itself. In the prelude, so that their
/// use without one says what is needed.
#[doc(hidden)]
#[allow(clippy::missing_errors_doc, reason = "nobody can call them")]
pub trait NeedsKey: Table {
    fn upsert<A>(&self, _: &Ctx<A>) -> Result<()>
    where
        Self: Keyed,
    {
        unreachable!()
    }

    fn insert_or_ignore<A>(&self, _: &Ctx<A>) -> Result<bool>
    where
        Self: Keyed,
    {
        unreachable!()
    }

    fn update<A>(&self, _: &Ctx<A>) -> Result<bool>
    where
        Self: Updated,
    {
        unreachable!()
    }

    fn get<A, K>(_: &Ctx<A>, _: K) -> Result<Option<Self>>
    where
        Self: Keyed,
    {
        unreachable!()
    }

    fn delete<A, K>(_: &Ctx<A>, _: K) -> Result<bool>
    where
        Self: Keyed,
    {
        unreachable!()
    }
}

impl<T: Table> NeedsKey for T {}

/// Nothing: a table that can be updated has an `update` of its own.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no rows that can be updated",
    label = "a primary key is needed, and a column beside it",
    note = "mark a field `#[sql(primary_key)]`, or name several: `#[sql_table(primary_key(a, b))]`"
)]
pub trait Updated {}

/// An actor that has `T` among its tables: `#[actor(tables(T))]`.
#[diagnostic::on_unimplemented(
    message = "`{T}` is not among the tables of `{Self}`",
    label = "this actor has no such table",
    note = "name it on the actor's struct: `#[actor(tables({T}))]`"
)]
pub trait HasTable<T> {}
