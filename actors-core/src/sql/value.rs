//! What can be bound to a statement and read from a column.

use std::borrow::Cow;

use bytes::Bytes;

use crate::error::{Error, Result, shortened};
use crate::sql::Cell;
use crate::time::Timestamp;
use crate::wire::MAX_SAFE_INTEGER;

/// A value in SQLite's own five types.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// NULL.
    Null,
    /// A whole number within ±(2^53 - 1).
    Integer(i64),
    /// A floating point number; not NaN, which SQLite would store as NULL.
    Real(f64),
    /// Text.
    Text(Cow<'a, str>),
    /// Bytes.
    Blob(Cow<'a, [u8]>),
}

impl Value<'_> {
    /// The value, owned.
    pub(crate) fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Integer(number) => Value::Integer(number),
            Self::Real(number) => Value::Real(number),
            Self::Text(text) => Value::Text(text.into_owned().into()),
            Self::Blob(bytes) => Value::Blob(bytes.into_owned().into()),
        }
    }
}

/// A type whose values can be bound to a statement.
///
/// Integers, `f32`, `f64`, `bool` (as 0 and 1), `String` and `&str`, `Vec<u8>`,
/// `Bytes` and `&[u8]`, [`Timestamp`] (as milliseconds), [`Json<T>`](super::Json),
/// what derives [`SqlValue`], and `Option` of these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be bound to a statement",
    label = "not a value that SQLite can store",
    note = "bind a number, `bool`, text, bytes, a `Timestamp`, or an `Option` of one of these; a list \
            follows `IN`, without parentheses: `IN {{ids}}`"
)]
pub trait ToSql {
    /// The kind of its values: values are comparable with others of the same kind. Integers
    /// and floating point numbers are [`Number`]s, `str` and `String` are `str`; a type of
    /// your own is usually its own kind, `type Kind = Self`.
    type Kind: ?Sized;

    /// Returns the value for SQLite.
    ///
    /// # Errors
    ///
    /// Integers beyond ±(2^53 - 1), and NaN.
    fn to_sql(&self) -> Result<Value<'_>>;
}

/// The [kind](ToSql::Kind) of all numbers.
pub enum Number {}

/// A type that a column's values can be read as.
///
/// The same types as for [`ToSql`], if they are owned.
#[diagnostic::on_unimplemented(
    message = "a column can't be read as `{Self}`",
    label = "not a type that a column can have",
    note = "read a number, `bool`, `String`, `Vec<u8>`, a `Timestamp`, or an `Option` of one of these"
)]
pub trait FromSql: Sized {
    /// Reads the cell.
    ///
    /// # Errors
    ///
    /// A cell of another type, a NULL outside an `Option`, or a number out of
    /// the type's range.
    fn from_sql(cell: Cell<'_>) -> Result<Self>;
}

/// A type that a column of a table can have.
///
/// Numbers, `bool`, `String`, `Vec<u8>`, [`Bytes`](crate::Bytes), [`Timestamp`] and
/// [`Json<T>`](super::Json) implement it. `#[derive(SqlValue)]` implements it for
///
/// - an enum without fields: a `TEXT` column with the variants' names in snake case, or the
///   name in `#[sql(name = "..")]` on a variant. The column has no `CHECK`, so that a new
///   variant needs no migration; reading a text that is not a variant's is an error;
/// - a struct around one value, `struct UserId(String)`: the same column as that value.
///
/// ```
/// use actors_core::prelude::*;
///
/// #[derive(SqlValue, Clone, Copy, Debug, PartialEq)]
/// enum State {
///     Waiting,
///     InProgress,
///     #[sql(name = "finished")]
///     Done,
/// }
///
/// #[derive(SqlValue, Clone, Debug, PartialEq)]
/// struct TaskId(String);
///
/// #[sql_table]
/// struct Task {
///     #[sql(primary_key)]
///     id: TaskId,
///     #[sql(index, default = "waiting")]
///     state: State,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type that a column can have",
    label = "not a type that a column can have",
    note = "derive `SqlValue` for an enum without fields or a struct around one value; mark the \
            field `#[sql(json)]` to store any serde type as JSON; and write `Option<..>` where the \
            column may be NULL"
)]
pub trait SqlValue: ToSql + FromSql {
    /// The column's type: `INTEGER`, `REAL`, `TEXT` or `BLOB`.
    const TYPE: &'static str;
    /// All possible texts, if they are known.
    #[doc(hidden)]
    const TEXTS: &'static [&'static str] = &[];
}

/// The error for a text that is not one of an enum's variants, which it lists.
#[doc(hidden)]
pub fn no_variant(name: &str, listed: &str, found: &str) -> Error {
    let found = shortened(found);
    Error::sql(format!(
        "found `{found}`, expected `{name}`: one of `{listed}`"
    ))
}

macro_rules! types {
    ($($sql:literal: $($type:ty),*;)*) => {$($(
        impl SqlValue for $type {
            const TYPE: &'static str = $sql;
        }
    )*)*};
}

types! {
    "INTEGER": bool, i8, i16, i32, i64, isize, u8, u16, u32, u64, usize, Timestamp;
    "REAL": f32, f64;
    "TEXT": String;
    "BLOB": Vec<u8>, Bytes;
}

fn safe_integer(value: impl TryInto<i64> + std::fmt::Display + Copy) -> Result<Value<'static>> {
    let safe = value
        .try_into()
        .ok()
        .filter(|value: &i64| value.unsigned_abs() <= MAX_SAFE_INTEGER.unsigned_abs());
    safe.map(Value::Integer).ok_or_else(|| {
        Error::sql(format!(
            "{value} is beyond ±(2^53 - 1), the integers that a Durable Object stores exactly; \
             store it as text or bytes"
        ))
    })
}

macro_rules! integers {
    ($($type:ident)*) => {$(
        impl ToSql for $type {
            type Kind = Number;

            fn to_sql(&self) -> Result<Value<'_>> {
                safe_integer(*self)
            }
        }

        impl FromSql for $type {
            fn from_sql(cell: Cell<'_>) -> Result<Self> {
                let value = cell.integer()?;
                value.try_into().map_err(|_| {
                    Error::sql(format!(concat!("{} is out of the range of ", stringify!($type)), value))
                })
            }
        }
    )*};
}

integers!(i8 i16 i32 i64 u8 u16 u32 u64 isize usize);

impl ToSql for bool {
    type Kind = Self;

    fn to_sql(&self) -> Result<Value<'_>> {
        Ok(Value::Integer((*self).into()))
    }
}

impl FromSql for bool {
    fn from_sql(cell: Cell<'_>) -> Result<Self> {
        match cell.integer()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(Error::sql(format!("{other} is not a bool (0 or 1)"))),
        }
    }
}

impl ToSql for f64 {
    type Kind = Number;

    fn to_sql(&self) -> Result<Value<'_>> {
        if self.is_nan() {
            return Err(Error::sql("NaN can't be stored: SQLite would make it NULL"));
        }
        Ok(Value::Real(*self))
    }
}

impl FromSql for f64 {
    fn from_sql(cell: Cell<'_>) -> Result<Self> {
        cell.real()
    }
}

impl ToSql for f32 {
    type Kind = Number;

    fn to_sql(&self) -> Result<Value<'_>> {
        f64::from(*self)
            .to_sql()
            .map(|_| Value::Real((*self).into()))
    }
}

impl FromSql for f32 {
    fn from_sql(cell: Cell<'_>) -> Result<Self> {
        // A column for f32 values holds only numbers that f32 can represent.
        Ok(cell.real()? as f32)
    }
}

impl ToSql for str {
    type Kind = Self;

    fn to_sql(&self) -> Result<Value<'_>> {
        Ok(Value::Text(self.into()))
    }
}

impl ToSql for String {
    type Kind = str;

    fn to_sql(&self) -> Result<Value<'_>> {
        self.as_str().to_sql()
    }
}

impl FromSql for String {
    fn from_sql(cell: Cell<'_>) -> Result<Self> {
        cell.text()
    }
}

impl ToSql for [u8] {
    type Kind = Self;

    fn to_sql(&self) -> Result<Value<'_>> {
        Ok(Value::Blob(self.into()))
    }
}

impl ToSql for Vec<u8> {
    type Kind = [u8];

    fn to_sql(&self) -> Result<Value<'_>> {
        self.as_slice().to_sql()
    }
}

impl FromSql for Vec<u8> {
    fn from_sql(cell: Cell<'_>) -> Result<Self> {
        cell.blob()
    }
}

impl ToSql for Bytes {
    type Kind = [u8];

    fn to_sql(&self) -> Result<Value<'_>> {
        self.as_ref().to_sql()
    }
}

impl FromSql for Bytes {
    fn from_sql(cell: Cell<'_>) -> Result<Self> {
        cell.blob().map(Self::from)
    }
}

impl ToSql for Timestamp {
    type Kind = Self;

    fn to_sql(&self) -> Result<Value<'_>> {
        safe_integer(self.as_millis())
    }
}

impl FromSql for Timestamp {
    fn from_sql(cell: Cell<'_>) -> Result<Self> {
        cell.integer().map(Self::from_millis)
    }
}

impl<T: ToSql> ToSql for Option<T> {
    type Kind = T::Kind;

    fn to_sql(&self) -> Result<Value<'_>> {
        self.as_ref().map_or(Ok(Value::Null), T::to_sql)
    }
}

impl<T: FromSql> FromSql for Option<T> {
    fn from_sql(cell: Cell<'_>) -> Result<Self> {
        if cell.is_null() {
            Ok(None)
        } else {
            T::from_sql(cell).map(Some)
        }
    }
}

impl<T: ToSql + ?Sized> ToSql for &T {
    type Kind = T::Kind;

    fn to_sql(&self) -> Result<Value<'_>> {
        (**self).to_sql()
    }
}

/// What can be bound as a `T`: `T`, `&T`, and the borrowed forms `&str` and `&[u8]`, also as the
/// items of what is iterated by reference.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be used as the column's `{T}`",
    label = "expected `{T}` or a reference to one"
)]
pub trait AsSql<T: ?Sized>: ToSql {}

impl<T: ToSql> AsSql<T> for T {}
impl<T: ToSql> AsSql<T> for &T {}
impl AsSql<String> for str {}
impl AsSql<String> for &str {}
#[diagnostic::do_not_recommend]
impl AsSql<String> for &&str {}
impl AsSql<Vec<u8>> for [u8] {}
impl AsSql<Vec<u8>> for &[u8] {}
#[diagnostic::do_not_recommend]
impl AsSql<Vec<u8>> for &&[u8] {}
impl AsSql<Bytes> for &[u8] {}
impl<T: ToSql> AsSql<Option<T>> for T {}
impl<T: ToSql> AsSql<Option<T>> for &T {}
impl AsSql<Option<String>> for str {}
impl AsSql<Option<String>> for &str {}
#[diagnostic::do_not_recommend]
impl AsSql<Option<String>> for &&str {}
impl AsSql<Option<String>> for Option<&str> {}
#[diagnostic::do_not_recommend]
impl AsSql<Option<String>> for &Option<&str> {}
impl AsSql<Option<Vec<u8>>> for [u8] {}
impl AsSql<Option<Vec<u8>>> for &[u8] {}
#[diagnostic::do_not_recommend]
impl AsSql<Option<Vec<u8>>> for &&[u8] {}
impl AsSql<Option<Vec<u8>>> for Option<&[u8]> {}
#[diagnostic::do_not_recommend]
impl AsSql<Option<Vec<u8>>> for &Option<&[u8]> {}

/// The values for the `?`s of a statement: a tuple of up to 12, or `()`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tuple of values to bind",
    label = "expected a tuple",
    note = "one value is `(value,)`, none is `()`"
)]
pub trait Params {
    /// Calls `body` with the values.
    #[doc(hidden)]
    fn with(&self, body: &mut dyn FnMut(&[Value<'_>]) -> Result<()>) -> Result<()>;
}

macro_rules! tuples {
    ($($name:ident)*) => {
        impl<$($name: ToSql),*> Params for ($($name,)*) {
            #[allow(non_snake_case, reason = "the type's name serves for its value")]
            fn with(&self, body: &mut dyn FnMut(&[Value<'_>]) -> Result<()>) -> Result<()> {
                let ($($name,)*) = self;
                body(&[$($name.to_sql()?),*])
            }
        }
    };
}

crate::tuples::for_each_tuple!(tuples);

impl Params for &[Value<'_>] {
    fn with(&self, body: &mut dyn FnMut(&[Value<'_>]) -> Result<()>) -> Result<()> {
        body(self)
    }
}
