//! Statements that `sql!` has checked.

use std::marker::PhantomData;

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::sql::{AsSql, FromRow, HasTable, Row, ToSql, Value};

/// A statement with its values, from [`sql!`](crate::sql!); one of its methods runs it.
///
/// They take the `ctx` of an actor that has all the tables that the statement names.
#[must_use = "a statement does nothing until it is run"]
pub struct Statement<'a, R, Q, const N: usize> {
    text: &'static str,
    place: &'static str,
    values: [Result<Value<'a>>; N],
    types: PhantomData<fn() -> (R, Q)>,
}

/// Rows that are read as `T`.
pub struct Rows<T>(PhantomData<fn() -> T>);

/// Rows with one column, whose type the context says.
pub struct Unannotated;

/// No rows: a statement that is run for its effect.
pub struct NoRows;

/// A statement's rows can be read as `T`.
#[diagnostic::on_unimplemented(
    message = "this statement's rows can't be read as `{T}`",
    label = "it answers `{Self}`",
    note = "a statement without rows is run with `.run(ctx)`; INSERT, UPDATE and DELETE answer rows with RETURNING"
)]
pub trait ReadAs<T> {}

impl<T: FromRow> ReadAs<T> for Rows<T> {}
impl<T: FromRow> ReadAs<T> for Unannotated {}

/// An actor that has all tables of the tuple `Q`.
pub trait HasTables<Q> {}

impl<R, Q, const N: usize> Statement<'_, R, Q, N> {
    /// Runs it for its effect, and answers how many rows it wrote, those of indices
    /// included.
    ///
    /// # Errors
    ///
    /// What SQLite refuses: a constraint, a value that can't be stored.
    pub fn run<A: HasTables<Q>>(self, ctx: &Ctx<A>) -> Result<u64> {
        let text = self.text;
        ctx.platform().sql_run(text, &values(text, self.values)?)
    }

    /// Its one row.
    ///
    /// # Errors
    ///
    /// No row, or several: the error has the statement and its place in the source.
    pub fn one<A: HasTables<Q>, T: FromRow>(self, ctx: &Ctx<A>) -> Result<T>
    where
        R: ReadAs<T>,
    {
        let (text, place) = (self.text, self.place);
        self.optional(ctx)?
            .ok_or_else(|| Error::sql(format!("no row, where one was expected: {text} ({place})")))
    }

    /// Its row, if there is one.
    ///
    /// # Errors
    ///
    /// Several rows: the error has the statement and its place in the source.
    pub fn optional<A: HasTables<Q>, T: FromRow>(self, ctx: &Ctx<A>) -> Result<Option<T>>
    where
        R: ReadAs<T>,
    {
        let (text, place) = (self.text, self.place);
        let mut found = None;
        self.for_each(ctx, |row| match found.replace(row) {
            None => Ok(()),
            Some(_) => Err(Error::sql(format!(
                "several rows, where one was expected: {text} ({place})"
            ))),
        })?;
        Ok(found)
    }

    /// All its rows, in a `Vec`.
    ///
    /// # Errors
    ///
    /// What SQLite refuses, and a value that can't be read as its type.
    pub fn all<A: HasTables<Q>, T: FromRow>(self, ctx: &Ctx<A>) -> Result<Vec<T>>
    where
        R: ReadAs<T>,
    {
        let mut rows = Vec::new();
        self.for_each(ctx, |row| {
            rows.push(row);
            Ok(())
        })?;
        Ok(rows)
    }

    /// Gives each row to `visit`, in order, and stops at its first error. No `Vec` of
    /// them is made.
    ///
    /// # Errors
    ///
    /// That of `visit`, what SQLite refuses, and a value that can't be read as its type.
    pub fn for_each<A: HasTables<Q>, T: FromRow>(
        self,
        ctx: &Ctx<A>,
        mut visit: impl FnMut(T) -> Result<()>,
    ) -> Result<()>
    where
        R: ReadAs<T>,
    {
        let text = self.text;
        let values = values(text, self.values)?;
        ctx.platform()
            .sql_query(text, &values, &mut |row: &Row<'_>| {
                visit(T::from_row(row).map_err(|error| error.at(text))?)
            })
    }
}

fn values<'a, const N: usize>(
    text: &str,
    values: [Result<Value<'a>>; N],
) -> Result<Vec<Value<'a>>> {
    let values = values.into_iter().collect::<Result<_>>();
    values.map_err(|error| error.at(text))
}

/// What `sql!` makes.
#[doc(hidden)]
pub fn statement<'a, Q, R, const N: usize>(
    _: R,
    text: &'static str,
    place: &'static str,
    values: [Result<Value<'a>>; N],
) -> Statement<'a, R, Q, N> {
    Statement {
        text,
        place,
        values,
        types: PhantomData,
    }
}

impl<T> Rows<T> {
    #[doc(hidden)]
    #[allow(clippy::new_without_default, reason = "for the macro alone")]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

/// The type of a column, and its name `N` for errors.
#[doc(hidden)]
pub struct Column<N, T>(PhantomData<fn() -> (N, T)>);

/// The type of a field in a record.
#[doc(hidden)]
pub struct OfType<T>(PhantomData<fn() -> T>);

#[allow(
    clippy::new_without_default,
    missing_docs,
    reason = "for the macro alone"
)]
impl<N, T> Column<N, T> {
    pub const fn new() -> Self {
        Self(PhantomData)
    }

    pub const fn nullable(self) -> Column<N, Option<T>> {
        Column::new()
    }

    pub const fn rows(self) -> Rows<T> {
        Rows::new()
    }

    pub const fn of_type(self) -> OfType<T> {
        OfType(PhantomData)
    }
}

/// Kinds of values that SQLite compares as one expects, for the column `N`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a `{Self}` does not go with `{N}`, which is a `{K}`",
    label = "the types of a value and of its column differ in kind"
)]
pub trait SameKind<N, K: ?Sized> {}

impl<N, K: ?Sized> SameKind<N, K> for K {}

/// A type whose values can be stored in the column `N` of type `T`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a `{Self}` can't be written to `{N}`, which is a `{T}`",
    label = "a value has another type than the column that it is written to"
)]
pub trait Writes<N, T> {}

#[diagnostic::do_not_recommend]
impl<N, T, V: AsSql<T> + ?Sized> Writes<N, T> for V {}

/// Binds a value that goes into a column as it is.
#[doc(hidden)]
pub fn written<'a, N, T, V: ToSql + Writes<N, T> + ?Sized>(
    _: Column<N, T>,
    value: &'a V,
) -> Result<Value<'a>> {
    value.to_sql()
}

/// Binds a value that is compared with a column.
#[doc(hidden)]
pub fn compared<'a, N, T: ToSql, V: ToSql + ?Sized>(
    _: Column<N, T>,
    value: &'a V,
) -> Result<Value<'a>>
where
    V::Kind: SameKind<N, T::Kind>,
{
    value.to_sql()
}

/// Binds a value of which nothing is known but that it can be bound.
#[doc(hidden)]
pub fn bound<V: ToSql + ?Sized>(value: &V) -> Result<Value<'_>> {
    value.to_sql()
}

/// Asks whether a column can be read into a field.
#[doc(hidden)]
pub const fn read_as<N, T: ToSql, M, U: ToSql>(_: Column<N, T>, _: Column<M, U>)
where
    U::Kind: SameKind<N, T::Kind>,
{
}

macro_rules! tuples {
    ($($name:ident)*) => {
        impl<Actor $(, $name)*> HasTables<($($name,)*)> for Actor where $(Actor: HasTable<$name>),* {}
    };
}

crate::for_each_tuple!(tuples);
