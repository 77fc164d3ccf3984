//! The tables of an actor, and what their structs do with a `Ctx`.

use std::borrow::Borrow;

use actors_sqlite::limits::PARAMETERS;

use super::ctx::Ctx;
use crate::error::{Error, Result};
use crate::sql::{FromRow, FromSql, Keyed, Row, Sql, Table, Value};

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

/// The database, for the statements that a table's macro has written: it has checked the table's
/// name, and they name the columns in the order of the struct's fields.
#[doc(hidden)]
pub fn own_sql<A>(ctx: &Ctx<A>) -> Sql<'_> {
    ctx.instance().own()
}

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
    match own_sql(ctx).optional(insert, values)? {
        None => Ok(None),
        Some(Returned(Ok(id))) => Ok(Some(id)),
        Some(Returned(Err(error))) => {
            own_sql(ctx).run(remove, ())?;
            Err(error.at(insert))
        }
    }
}

/// Stores rows with a statement that is `head`, `places` for each of several rows, and `tail`.
#[doc(hidden)]
pub fn store_all<A, T, const N: usize>(
    ctx: &Ctx<A>,
    [head, places, tail]: [&str; 3],
    rows: impl IntoIterator<Item = impl Borrow<T>>,
    values: for<'a> fn(&'a T) -> Result<[Value<'a>; N]>,
) -> Result<()> {
    let together = (PARAMETERS / N.max(1)).max(1);
    let statement = |count: usize| {
        let places = vec![places; count].join(", ");
        format!("{head}{places}{tail}")
    };
    let full = statement(together);
    let mut rows = rows.into_iter();
    let mut first = 0;
    ctx.transaction(|| {
        loop {
            let chunk: Vec<_> = rows.by_ref().take(together).collect();
            let mut bound = Vec::with_capacity(chunk.len() * N);
            for (index, row) in chunk.iter().enumerate() {
                let values = values(row.borrow()).map_err(|error| at(first + index, error))?;
                bound.extend(values);
            }
            match chunk.len() {
                0 => return Ok(()),
                count if count == together => store_chunk(ctx, &full, &bound),
                count => store_chunk(ctx, &statement(count), &bound),
            }
            .or_else(|error| {
                first_failure(ctx, &statement(1), first, bound.chunks(N.max(1)), error)
            })?;
            first += chunk.len();
        }
    })
}

fn store_chunk<A>(ctx: &Ctx<A>, statement: &str, values: &[Value<'_>]) -> Result<()> {
    own_sql(ctx).run(statement, values).map(drop)
}

/// Finds the row that could not be stored; by now, all of them are undone.
fn first_failure<'a, A>(
    ctx: &Ctx<A>,
    statement: &str,
    first: usize,
    rows: impl Iterator<Item = &'a [Value<'a>]>,
    error: Error,
) -> Result<()> {
    for (index, values) in rows.enumerate() {
        store_chunk(ctx, statement, values).map_err(|error| at(first + index, error))?;
    }
    Err(error)
}

fn at(index: usize, error: Error) -> Error {
    error.at(format_args!("row {index}"))
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
