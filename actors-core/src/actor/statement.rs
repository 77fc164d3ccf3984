//! Statements that `sql!` has checked.

use std::marker::PhantomData;
use std::panic::Location;

use crate::actor::ctx::Ctx;
use crate::error::{Error, Result};
use crate::instance::Instance;
use crate::sql::{Database, FromRow, FromSql, HasTable, Row, ToSql, Value};

/// A statement with its values, from [`sql!`](crate::sql!); one of its methods runs it.
///
/// They take the `ctx` of an actor that has all the tables that the statement names.
#[must_use = "a statement does nothing until it is run"]
pub struct Statement<R, Q, V> {
    rows: R,
    text: &'static str,
    place: &'static Location<'static>,
    values: V,
    tables: PhantomData<fn() -> Q>,
}

/// Rows that are read as `T`.
pub struct Rows<T>(PhantomData<fn() -> T>);

/// Rows with one column, whose type is inferred.
pub struct Untyped;

/// No rows: a statement that is run for its effect.
pub struct NoRows;

/// A statement's rows can be read as `T`.
#[diagnostic::on_unimplemented(
    message = "this statement's rows can't be read as `{T}`",
    label = "it returns `{Self}`",
    note = "write an expression's type where it is read, `let count: u32 = …`, or in the \
            statement, `AS count: u32`",
    note = "run a statement without rows with `.run(ctx)`; INSERT, UPDATE and DELETE return rows \
            with RETURNING"
)]
pub trait ReadAs<T> {
    #[doc(hidden)]
    fn read(&self, row: &Row<'_>) -> Result<T>;
}

impl<T: FromRow> ReadAs<T> for Rows<T> {
    fn read(&self, row: &Row<'_>) -> Result<T> {
        T::from_row(row)
    }
}

/// Rows that are read as the statement's own record type: the function makes it from the
/// columns `C`.
#[doc(hidden)]
pub struct Record<C: ReadColumns, R>(fn(C::Values) -> R);

#[diagnostic::do_not_recommend]
impl<C: ReadColumns, R> ReadAs<R> for Record<C, R> {
    fn read(&self, row: &Row<'_>) -> Result<R> {
        C::read(row, 0).map(self.0)
    }
}

/// A column, or several as a tuple.
#[doc(hidden)]
pub trait ReadColumns {
    type Values;
    const WIDTH: usize;
    fn read(row: &Row<'_>, first: usize) -> Result<Self::Values>;
}

impl<T: FromSql> ReadColumns for Column<T> {
    type Values = T;
    const WIDTH: usize = 1;

    fn read(row: &Row<'_>, first: usize) -> Result<T> {
        row.get(first)
    }
}

/// A type that an expression can be read as.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the expression that this statement returns can't be read as `{Self}`",
    label = "which Rust type is it?",
    note = "write it where it is read, `let count: u32 = …`, or after a name in the statement, \
            `COUNT(*) AS count: u32`",
    note = "over no rows `MAX`, `MIN`, `AVG` and `SUM` are NULL: `MAX(version) AS max: Option<u32>`"
)]
pub trait ReadUntyped: Sized {
    fn read(row: &Row<'_>) -> Result<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: FromRow> ReadUntyped for T {
    fn read(row: &Row<'_>) -> Result<Self> {
        T::from_row(row)
    }
}

impl<T: ReadUntyped> ReadAs<T> for Untyped {
    fn read(&self, row: &Row<'_>) -> Result<T> {
        T::read(row)
    }
}

/// An actor that has all tables of the tuple `Q`.
#[diagnostic::on_unimplemented(
    message = "the statement uses a table that `{Self}` does not have",
    label = "not all of `{Q}` are its tables",
    note = "name them on the actor's struct: `#[actor(tables(..))]`"
)]
pub trait HasTables<Q> {}

impl<R, Q, V: Bound> Statement<R, Q, V> {
    /// Runs it for its effect, and returns how many rows it wrote, index rows included.
    ///
    /// # Errors
    ///
    /// What SQLite refuses: a constraint, a value that can't be stored.
    pub fn run<A: HasTables<Q>>(self, ctx: &Ctx<A>) -> Result<u64> {
        let text = self.text;
        let mut written = 0;
        self.values.with(text, &mut |values| {
            written = ctx.instance().run(text, values)?;
            Ok(())
        })?;
        Ok(written)
    }

    /// Returns its one row.
    ///
    /// # Errors
    ///
    /// No row, or several: the error names the statement and its place in the source.
    pub fn one<A: HasTables<Q>, T>(self, ctx: &Ctx<A>) -> Result<T>
    where
        R: ReadAs<T>,
    {
        let (text, place) = (self.text, self.place);
        self.optional(ctx)?
            .ok_or_else(|| unexpected("none", text, place))
    }

    /// Returns its row, if there is one.
    ///
    /// # Errors
    ///
    /// Several rows: the error names the statement and its place in the source.
    pub fn optional<A: HasTables<Q>, T>(self, ctx: &Ctx<A>) -> Result<Option<T>>
    where
        R: ReadAs<T>,
    {
        let (text, place) = (self.text, self.place);
        let mut found = None;
        self.for_each(ctx, |row| match found.replace(row) {
            None => Ok(()),
            Some(_) => Err(unexpected("several", text, place)),
        })?;
        Ok(found)
    }

    /// Returns all its rows, in a `Vec`.
    ///
    /// # Errors
    ///
    /// What SQLite refuses, and a value that can't be read as its type.
    pub fn all<A: HasTables<Q>, T>(self, ctx: &Ctx<A>) -> Result<Vec<T>>
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

    /// Passes each row to `visit`, in order, and stops at its first error. No `Vec` of them
    /// is made.
    ///
    /// # Errors
    ///
    /// That of `visit`, what SQLite refuses, and a value that can't be read as its type.
    pub fn for_each<A: HasTables<Q>, T>(
        self,
        ctx: &Ctx<A>,
        mut visit: impl FnMut(T) -> Result<()>,
    ) -> Result<()>
    where
        R: ReadAs<T>,
    {
        let (text, rows) = (self.text, self.rows);
        let visit = &mut |row: &Row<'_>| match rows.read(row) {
            Ok(row) => visit(row),
            Err(error) => Err(error.at(text)),
        };
        query(ctx.instance(), text, self.values, visit)
    }
}

/// Passes on the rows of a statement; compiled once for all types of rows.
fn query(
    instance: &Instance,
    text: &str,
    values: impl Bound,
    visit: &mut dyn FnMut(&Row<'_>) -> Result<()>,
) -> Result<()> {
    values.with(text, &mut |values| instance.query(text, values, visit))
}

/// The values of a statement.
#[doc(hidden)]
pub trait Bound {
    /// Calls `body` with them.
    fn with(self, text: &str, body: &mut UseValues<'_>) -> Result<()>;
}

/// What is done with the values of a statement.
type UseValues<'a> = dyn FnMut(&[Value<'_>]) -> Result<()> + 'a;

impl<const N: usize> Bound for [&dyn Bind; N] {
    fn with(self, text: &str, body: &mut UseValues<'_>) -> Result<()> {
        let mut values = [const { Value::Null }; N];
        bind(&mut values, &self, text)?;
        body(&values)
    }
}

fn bind<'a>(values: &mut [Value<'a>], captured: &[&'a dyn Bind], text: &str) -> Result<()> {
    for (value, captured) in values.iter_mut().zip(captured) {
        *value = captured.bind().map_err(|error| error.at(text))?;
    }
    Ok(())
}

/// The values of a statement whose parts are chosen at run time.
#[doc(hidden)]
pub struct Chosen<'a, const N: usize> {
    values: [&'a dyn Bind; N],
    of_parts: Vec<Result<Value<'static>>>,
}

impl<const N: usize> Bound for Chosen<'_, N> {
    fn with(self, text: &str, body: &mut UseValues<'_>) -> Result<()> {
        let values = self.values.iter().map(|captured| captured.bind());
        let values = values.chain(self.of_parts).collect::<Result<Vec<_>>>();
        body(&values.map_err(|error| error.at(text))?)
    }
}

/// The alternative that was chosen for a part of a statement, and what it captures.
#[doc(hidden)]
pub struct Part {
    place: usize,
    values: Vec<Result<Value<'static>>>,
}

/// What `sql!` makes of an alternative.
#[doc(hidden)]
pub fn part<const N: usize>(place: usize, values: [&dyn Bind; N]) -> Part {
    let owned = |captured: &dyn Bind| captured.bind().map(Value::into_owned);
    Part {
        place,
        values: values.into_iter().map(owned).collect(),
    }
}

/// What `sql!` makes of a statement with parts that are chosen at run time: the indices of
/// the alternatives add up to the index of the full text.
#[doc(hidden)]
#[track_caller]
pub fn chosen<'a, Q, R, const N: usize, const P: usize>(
    rows: R,
    texts: &'static [&'static str],
    values: [&'a dyn Bind; N],
    parts: [Part; P],
) -> Statement<R, Q, Chosen<'a, N>> {
    let place: usize = parts.iter().map(|part| part.place).sum();
    let of_parts = parts.into_iter().flat_map(|part| part.values).collect();
    Statement {
        rows,
        text: texts.get(place).copied().unwrap_or_default(),
        place: Location::caller(),
        values: Chosen { values, of_parts },
        tables: PhantomData,
    }
}

fn unexpected(what: &str, text: &str, place: &Location<'_>) -> Error {
    let (file, line) = (place.file(), place.line());
    Error::sql(format!(
        "expected one row, found {what}: {text} ({file}:{line})"
    ))
}

/// Rows that `make` turns from these columns into a record.
#[doc(hidden)]
pub fn record<C: ReadColumns, R>(_: C, make: fn(C::Values) -> R) -> Record<C, R> {
    Record(make)
}

/// What `sql!` makes of any other statement.
#[doc(hidden)]
#[track_caller]
pub fn statement<'a, Q, R, const N: usize>(
    rows: R,
    text: &'static str,
    values: [&'a dyn Bind; N],
) -> Statement<R, Q, [&'a dyn Bind; N]> {
    Statement {
        rows,
        text,
        place: Location::caller(),
        values,
        tables: PhantomData,
    }
}

impl<T> Rows<T> {
    #[doc(hidden)]
    #[allow(clippy::new_without_default, reason = "for the macro alone")]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

/// The type of a column.
#[doc(hidden)]
pub struct Column<T>(PhantomData<fn() -> T>);

#[allow(
    clippy::new_without_default,
    missing_docs,
    reason = "for the macro alone"
)]
impl<T> Column<T> {
    pub const fn new() -> Self {
        Self(PhantomData)
    }

    pub const fn nullable(self) -> Column<Option<T>> {
        Column::new()
    }

    pub const fn rows(self) -> Rows<T> {
        Rows::new()
    }
}

/// A value that is only known to be bindable.
#[doc(hidden)]
pub fn bound<V: ToSql>(value: &V) -> &dyn Bind {
    value
}

/// A captured value; its statement need not know the type.
#[doc(hidden)]
pub trait Bind {
    fn bind(&self) -> Result<Value<'_>>;
}

#[diagnostic::do_not_recommend]
impl<V: ToSql> Bind for V {
    fn bind(&self) -> Result<Value<'_>> {
        self.to_sql()
    }
}

macro_rules! tuples {
    ($($name:ident)*) => {
        #[diagnostic::do_not_recommend]
        impl<Actor $(, $name)*> HasTables<($($name,)*)> for Actor where $(Actor: HasTable<$name>),* {}

        impl<$($name: ReadColumns),*> ReadColumns for ($($name,)*) {
            type Values = ($($name::Values,)*);
            const WIDTH: usize = 0 $(+ $name::WIDTH)*;

            #[allow(unused_variables, unused_mut, unused_assignments, reason = "`()` has none")]
            fn read(row: &Row<'_>, mut first: usize) -> Result<Self::Values> {
                Ok(($({
                    let values = $name::read(row, first)?;
                    first += $name::WIDTH;
                    values
                },)*))
            }
        }
    };
}

crate::tuples::for_each_tuple!(tuples);
