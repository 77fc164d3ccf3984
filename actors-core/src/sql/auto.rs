//! Generated ids, `#[sql(primary_key, auto)]`.

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::sql::{FromRow, FromSql, Row, Value};

/// What is bound for an id: NULL in the place of 0, for which SQLite takes the next.
#[doc(hidden)]
pub fn auto_id(id: Value<'_>) -> Value<'_> {
    match id {
        Value::Integer(0) => Value::Null,
        id => id,
    }
}

/// Runs an INSERT that returns the row's id; none if it stored nothing. `remove` takes
/// the row away again whose id the type can't hold.
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

/// A column that may not be readable, after a statement that has run.
struct Returned<T>(Result<T>);

impl<T: FromSql> FromRow for Returned<T> {
    const WIDTH: usize = 1;

    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self(row.get(0)))
    }
}
