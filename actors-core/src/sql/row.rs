//! Rows, read by position.

use bytes::Bytes;

use crate::error::{Error, Result};
use crate::sql::FromSql;
use crate::sql::cell::{Cell, Rows};
use crate::time::Timestamp;

/// One row of a result.
pub struct Row<'a> {
    rows: &'a Rows<'a>,
    /// Where its cells begin.
    first: usize,
}

impl<'a> Row<'a> {
    pub(crate) fn new(rows: &'a Rows<'a>, first: usize) -> Self {
        Self { rows, first }
    }

    /// How many columns the row has.
    #[allow(clippy::len_without_is_empty, reason = "a row is never empty")]
    pub fn len(&self) -> usize {
        self.rows.width
    }

    /// The column at that position, counted from 0.
    ///
    /// # Errors
    ///
    /// Those of [`FromSql::from_sql`], prefixed with the column's name.
    pub fn get<T: FromSql>(&self, index: usize) -> Result<T> {
        T::from_sql(self.cell(index)).map_err(|error| self.wrong(index, error))
    }

    #[cold]
    fn wrong(&self, index: usize, error: Error) -> Error {
        error.at(format_args!("column `{}`", self.rows.name(index)))
    }

    /// That column's name.
    pub(crate) fn name(&self, index: usize) -> &str {
        self.rows.name(index)
    }

    /// That column's cell; NULL beyond the last one.
    pub(crate) fn cell(&self, index: usize) -> Cell<'a> {
        let is_there = index < self.rows.width;
        self.rows.cell(if is_there {
            self.first + index
        } else {
            usize::MAX
        })
    }
}

impl Rows<'_> {
    /// Calls `visit` with each row, until it fails.
    pub(crate) fn visit(&self, visit: &mut dyn FnMut(&Row<'_>) -> Result<()>) -> Result<()> {
        let count = self.cells.len().checked_div(self.width).unwrap_or_default();
        (0..count).try_for_each(|row| visit(&Row::new(self, row * self.width)))
    }
}

/// A type that a row can be read as: a `#[sql_table]` struct, a tuple of up to
/// 12 columns, or a single column.
#[diagnostic::on_unimplemented(
    message = "a row can't be read as `{Self}`",
    label = "not a row type",
    note = "read a `#[sql_table]` struct, a tuple of columns, or a single column"
)]
pub trait FromRow: Sized {
    /// How many columns a row must have.
    #[doc(hidden)]
    const WIDTH: usize;
    /// The columns' names, if they must be exactly these.
    #[doc(hidden)]
    const NAMES: &'static [&'static str] = &[];

    /// Reads the row, column by column.
    ///
    /// # Errors
    ///
    /// A column that can't be read as its type.
    fn from_row(row: &Row<'_>) -> Result<Self>;
}

/// The columns that a type is read from: how many, and their names if they must be exactly these.
pub(crate) type Shape = (usize, &'static [&'static str]);

/// Checks, once per statement, that a type can be read from rows with these columns.
pub(crate) fn check_shape(row: &Row<'_>, (width, names): Shape) -> Result<()> {
    if row.len() != width {
        return Err(Error::sql(format!(
            "the statement returns {} columns, expected {width}",
            row.len(),
        )));
    }
    for (index, expected) in names.iter().enumerate() {
        let found = row.rows.name(index);
        if found != *expected {
            return Err(Error::sql(format!(
                "column {} is `{found}`, expected `{expected}`: name the columns in the \
                 order of the struct's fields",
                index + 1
            )));
        }
    }
    Ok(())
}

macro_rules! tuples {
    () => {};
    ($($name:ident)+) => {
        impl<$($name: FromSql),+> FromRow for ($($name,)+) {
            const WIDTH: usize = [$(stringify!($name)),+].len();

            fn from_row(row: &Row<'_>) -> Result<Self> {
                let mut index = 0..;
                Ok(($(row.get::<$name>(index.next().unwrap_or_default())?,)+))
            }
        }
    };
}

crate::tuples::for_each_tuple!(tuples);

macro_rules! scalars {
    ($($type:ty),*) => {$(
        impl FromRow for $type {
            const WIDTH: usize = 1;

            fn from_row(row: &Row<'_>) -> Result<Self> {
                row.get(0)
            }
        }
    )*};
}

scalars!(
    bool,
    i8,
    i16,
    i32,
    i64,
    u8,
    u16,
    u32,
    u64,
    isize,
    usize,
    f32,
    f64,
    String,
    Vec<u8>,
    Bytes,
    Timestamp
);

impl<T: FromSql> FromRow for Option<T> {
    const WIDTH: usize = 1;

    fn from_row(row: &Row<'_>) -> Result<Self> {
        row.get(0)
    }
}
