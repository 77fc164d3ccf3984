//! The tables of an actor, and what their structs do with a `Ctx`.

use super::ctx::Ctx;
use crate::error::{Error, Result};
use crate::sql::{FromRow, FromSql, Keyed, Row, Table, Value};

/// An actor that has `T` among its tables: `#[actor(tables(T))]`.
#[diagnostic::on_unimplemented(
    message = "`{T}` is not among the tables of `{Self}`",
    label = "this actor has no such table",
    note = "name it on the actor's struct: `#[actor(tables({T}))]`"
)]
pub trait HasTable<T> {}

/// The helpers that only a table with a primary key has. In the prelude, so that using them
/// without a key reports what is missing.
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

/// Never implemented: a table that can be updated has an inherent `update`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no rows that can be updated",
    label = "a primary key is needed, and a column beside it",
    note = "mark a field `#[sql(primary_key)]`, or name several: `#[sql_table(primary_key(a, b))]`"
)]
pub trait Updated {}

/// What is bound for an id: NULL instead of 0, so that SQLite picks the next one.
#[doc(hidden)]
pub fn auto_id(id: Value<'_>) -> Value<'_> {
    match id {
        Value::Integer(0) => Value::Null,
        id => id,
    }
}

/// Runs an INSERT that returns the row's id; none if it stored nothing. `remove` deletes
/// the row again if the type can't hold its id.
#[doc(hidden)]
pub fn insert_id<A, T: FromSql>(
    ctx: &Ctx<A>,
    insert: &str,
    values: &[Value<'_>],
    remove: &str,
) -> Result<Option<T>> {
    match ctx.sql().optional(insert, values)? {
        None => Ok(None),
        Some(Returned(Ok(id))) => Ok(Some(id)),
        Some(Returned(Err(error))) => {
            ctx.sql().run(remove, ())?;
            Err(error.at(insert))
        }
    }
}

#[doc(hidden)]
pub fn no_id() -> Error {
    Error::sql("the row was not stored")
}

/// A returned column that may not be readable, though the statement has run.
struct Returned<T>(Result<T>);

impl<T: FromSql> FromRow for Returned<T> {
    const WIDTH: usize = 1;

    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self(row.get(0)))
    }
}
