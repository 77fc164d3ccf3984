//! Values for which SQLite has no type, as JSON text.

use std::ops::{Deref, DerefMut};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::json;
use crate::sql::Cell;
use crate::sql::{FromRow, FromSql, Row, SqlValue, ToSql, Value};

/// Any serde type in a `TEXT` column, as JSON.
///
/// In a table, `#[sql(json)]` on a field of type `T` does the same without the wrapper.
/// The text can be searched with SQLite's JSON functions, and is limited to 2 MB.
///
/// Before a value is bound, it is read back, as the row will be: a value that JSON would
/// change, such as NaN, is an error, and nothing is stored.
///
/// ```
/// # use actors_core::prelude::*;
/// use actors_core::sql::Json;
///
/// #[sql_table]
/// struct Post {
///     #[sql(primary_key)]
///     id: u32,
///     tags: Json<Vec<String>>,
/// }
///
/// let post = Post { id: 1, tags: Json(vec!["a".into()]) };
/// assert_eq!(post.tags.len(), 1);
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Json<T>(pub T);

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Json<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T> From<T> for Json<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T: Serialize + DeserializeOwned> ToSql for Json<T> {
    type Kind = Self;

    fn to_sql(&self) -> Result<Value<'_>> {
        to_json(&self.0)
    }
}

impl<T: DeserializeOwned> FromSql for Json<T> {
    fn from_sql(cell: Cell<'_>) -> Result<Self> {
        json::from_text(&cell.text()?)
            .map(Self)
            .map_err(|error| Error::sql(format!("the stored JSON can't be read: {error}")))
    }
}

impl<T: Serialize + DeserializeOwned> SqlValue for Json<T> {
    const TYPE: &'static str = "TEXT";
}

impl<T: DeserializeOwned> FromRow for Json<T> {
    const WIDTH: usize = 1;

    fn from_row(row: &Row<'_>) -> Result<Self> {
        row.get(0)
    }
}

/// The value as JSON text.
#[doc(hidden)]
pub fn to_json<T: Serialize + DeserializeOwned>(value: &T) -> Result<Value<'static>> {
    json::to_text(value)
        .map(|text| Value::Text(text.into()))
        .map_err(|error| Error::sql(format!("the value can't be stored as JSON: {error}")))
}
