//! The actor's database, for its handlers.

use super::row::{FromRow, Row, Shape, check_shape};
use super::value::{Params, Value};
use crate::error::{Error, Result};
use actors_sqlite::names::framework_name;

/// The actor's SQLite database, from [`Ctx::sql`](crate::Ctx::sql).
///
/// Values are bound to the `?` of a statement, never spliced into its text. They are a
/// tuple (`()` for none, `(key,)` for one) of types that implement [`ToSql`](super::ToSql).
/// Rows are read as a type that implements [`FromRow`]: a `#[sql_table]` struct, a tuple,
/// or a single value.
///
/// ```
/// # use actors_core::prelude::*;
/// # #[actor] struct Shop { }
/// # #[actor] impl Shop {
/// fn stock(&self, ctx: &Ctx<Self>, item: String) -> Result<u32> {
///     ctx.sql().one("SELECT COALESCE(SUM(count), 0) FROM stock WHERE item = ?", (item,))
/// }
/// # }
/// ```
///
/// An integer is bound as SQLite's `INTEGER` and a float as its `REAL`, everywhere: `? / 10` is
/// 2 for a `u32` of 25, and 2.5 for an `f64`. The runtime itself binds each number as a `REAL`,
/// so a parameter with an integer runs as `+CAST(? AS INTEGER)`, which costs about 0.2 µs.
/// Integers beyond ±(2^53 - 1) and NaN are refused rather than stored as something else.
///
/// The order of a table's columns depends on the database's history: an added column comes
/// last. So name columns here, also in an `INSERT`; [`sql!`](crate::sql!) spells them out
/// itself. Reading a struct from rows whose columns are not in its order is an error.
///
/// Every row that a statement reads or writes is billed; [`Sql::usage`] counts
/// them. A statement that fails has no effect.
///
/// Names that begin with `_actors` belong to the framework, and a statement that uses one
/// is refused, even for reading: the form and content of its tables change from version to
/// version. [`Ctx::alarms`](crate::Ctx::alarms) lists the alarms.
#[derive(Clone, Copy)]
pub struct Sql<'a> {
    database: &'a dyn Database,
    /// None for the framework's own statements, and its macros': these need no checks, and an actor
    /// that has no others links none.
    checks: Option<&'static Checks>,
}

/// What is checked about a user's statement.
struct Checks {
    statement: fn(&str) -> Result<()>,
    shape: fn(&Row<'_>, Shape) -> Result<()>,
}

impl Checks {
    const ALL: Self = Self {
        statement: check_names,
        shape: check_shape,
    };
}

fn check_names(statement: &str) -> Result<()> {
    match framework_name(statement) {
        Some(name) => Err(Error::sql(format!(
            "{name} belongs to the framework, and can't be used in statements: {statement}"
        ))),
        None => Ok(()),
    }
}

/// A database that statements run on.
pub(crate) trait Database {
    fn run(&self, statement: &str, values: &[Value<'_>]) -> Result<u64>;
    fn query(
        &self,
        statement: &str,
        values: &[Value<'_>],
        visit: &mut dyn FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()>;
    fn usage(&self) -> Usage;
}

/// The rows that SQLite has read and written for an actor since it woke, as billed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Rows scanned, index rows included.
    pub rows_read: u64,
    /// Rows inserted, changed or deleted, index rows included.
    pub rows_written: u64,
}

impl<'a> Sql<'a> {
    pub(crate) fn new(database: &'a dyn Database) -> Self {
        Self {
            database,
            checks: Some(&Checks::ALL),
        }
    }

    pub(crate) fn own(database: &'a dyn Database) -> Self {
        Self {
            database,
            checks: None,
        }
    }

    /// Runs a statement for its effect, and returns how many rows it wrote, index rows
    /// included.
    pub fn run(self, statement: &str, params: impl Params) -> Result<u64> {
        self.run_with(statement, &params)
    }

    /// Returns the one row of the statement; none or several are an error.
    pub fn one<T: FromRow>(self, statement: &str, params: impl Params) -> Result<T> {
        self.optional(statement, params)?
            .ok_or_else(|| unexpected("none", statement))
    }

    /// Returns the row of the statement, if there is one; several are an error.
    pub fn optional<T: FromRow>(self, statement: &str, params: impl Params) -> Result<Option<T>> {
        let mut found = None;
        self.for_each(statement, params, |row| match found.replace(row) {
            None => Ok(()),
            Some(_) => Err(unexpected("several", statement)),
        })?;
        Ok(found)
    }

    /// Returns all rows, in a `Vec`.
    pub fn all<T: FromRow>(self, statement: &str, params: impl Params) -> Result<Vec<T>> {
        let mut rows = Vec::new();
        self.for_each(statement, params, |row| {
            rows.push(row);
            Ok(())
        })?;
        Ok(rows)
    }

    /// Passes each row to `visit`, in order, and stops at its first error.
    pub fn for_each<T: FromRow>(
        self,
        statement: &str,
        params: impl Params,
        mut visit: impl FnMut(T) -> Result<()>,
    ) -> Result<()> {
        let shape = (T::WIDTH, T::NAMES);
        self.visit(
            statement,
            &params,
            shape,
            &mut |row| match T::from_row(row) {
                Ok(row) => visit(row),
                Err(error) => Err(error.at(statement)),
            },
        )
    }

    /// Rows read and written since the actor woke.
    pub fn usage(self) -> Usage {
        self.database.usage()
    }

    fn check(self, statement: &str) -> Result<()> {
        match self.checks {
            Some(checks) => (checks.statement)(statement),
            None => Ok(()),
        }
    }

    // These are compiled once for all types of rows and values.

    fn run_with(self, statement: &str, params: &dyn Params) -> Result<u64> {
        self.check(statement)?;
        let mut written = 0;
        params.with(&mut |values| {
            written = self.database.run(statement, values)?;
            Ok(())
        })?;
        Ok(written)
    }

    fn visit(
        self,
        statement: &str,
        params: &dyn Params,
        shape: Shape,
        visit: &mut dyn FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        self.check(statement)?;
        let mut checks = self.checks;
        params.with(&mut |values| {
            self.database.query(statement, values, &mut |row| {
                // All rows have the shape of the first.
                if let Some(checks) = checks.take() {
                    (checks.shape)(row, shape).map_err(|error| error.at(statement))?;
                }
                visit(row)
            })
        })
    }
}

#[cold]
fn unexpected(what: &str, statement: &str) -> Error {
    Error::sql(format!("expected one row, found {what}: {statement}"))
}
