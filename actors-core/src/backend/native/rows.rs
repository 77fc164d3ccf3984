//! Rows of a result.

use rusqlite::types::Value as Stored;

use crate::error::{Error, Result};
use crate::wire::{MAX_SAFE_INTEGER, Wire};

pub(crate) struct Columns<'a> {
    pub(super) names: &'a [String],
    pub(super) cells: &'a [Stored],
}

impl Columns<'_> {
    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    pub(crate) fn name(&self, index: usize) -> String {
        self.names.get(index).cloned().unwrap_or_default()
    }

    pub(crate) fn to_wire(&self) -> Vec<Wire> {
        let wire = |stored: &Stored| match stored {
            Stored::Null => Wire::Null,
            Stored::Integer(integer) => Wire::Number(*integer as f64),
            Stored::Real(real) => Wire::Number(*real),
            Stored::Text(text) => Wire::Text(text.clone()),
            Stored::Blob(bytes) => Wire::Bytes(bytes.clone()),
        };
        self.cells.iter().map(wire).collect()
    }

    pub(crate) fn cell(&self, index: usize) -> Cell<'_> {
        Cell(self.cells.get(index).unwrap_or(&Stored::Null))
    }
}

/// One column of a row.
pub struct Cell<'a>(&'a Stored);

impl Cell<'_> {
    /// Whether it is NULL.
    pub fn is_null(&self) -> bool {
        matches!(self.0, Stored::Null)
    }

    /// The integer in it.
    ///
    /// # Errors
    ///
    /// It holds something else, or an integer beyond ±(2^53 - 1).
    pub fn integer(&self) -> Result<i64> {
        // JavaScript has one kind of number, so a REAL without a fraction is an integer too.
        let integer = match *self.0 {
            Stored::Integer(integer) => integer,
            Stored::Real(real) if real as i64 as f64 == real => real as i64,
            Stored::Real(real) => return Err(out_of_range(&real)),
            _ => return Err(self.is_not("an integer")),
        };
        if integer.unsigned_abs() > MAX_SAFE_INTEGER.unsigned_abs() {
            return Err(out_of_range(&integer));
        }
        Ok(integer)
    }

    /// The number in it.
    ///
    /// # Errors
    ///
    /// It holds something else.
    pub fn real(&self) -> Result<f64> {
        match *self.0 {
            Stored::Integer(integer) => Ok(integer as f64),
            Stored::Real(real) => Ok(real),
            _ => Err(self.is_not("a number")),
        }
    }

    /// The text in it.
    ///
    /// # Errors
    ///
    /// It holds something else.
    pub fn text(&self) -> Result<String> {
        match self.0 {
            Stored::Text(text) => Ok(text.clone()),
            _ => Err(self.is_not("text")),
        }
    }

    /// The bytes in it.
    ///
    /// # Errors
    ///
    /// It holds something else.
    pub fn blob(&self) -> Result<Vec<u8>> {
        match self.0 {
            Stored::Blob(bytes) => Ok(bytes.clone()),
            _ => Err(self.is_not("bytes")),
        }
    }

    fn is_not(&self, expected: &str) -> Error {
        let found = match self.0 {
            Stored::Null => "NULL",
            Stored::Text(_) => "text",
            Stored::Integer(_) | Stored::Real(_) => "a number",
            Stored::Blob(_) => "bytes",
        };
        Error::sql(format!("{found} is stored, and {expected} is read"))
    }
}

fn out_of_range(number: &impl std::fmt::Display) -> Error {
    Error::sql(format!("{number} is not an integer within ±(2^53 - 1)"))
}
