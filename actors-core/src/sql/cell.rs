//! The rows of a result, packed as they come from the platform, and their cells.

use std::cell::OnceCell;

use crate::error::{Error, Result};
use crate::json::number;
use crate::wire::MAX_SAFE_INTEGER;
#[cfg(all(not(target_arch = "wasm32"), feature = "testing"))]
use crate::wire::Wire;

/// One cell; texts and bytes as their ranges in `Rows`.
#[derive(Clone, Copy)]
pub(crate) enum Packed {
    Null,
    /// JavaScript has one kind of number.
    Number(f64),
    Text(u32, u32),
    Blob(u32, u32),
}

/// The source of a result's column names, which few readers need.
pub(crate) trait Names {
    fn names(&self) -> Vec<String>;
}

impl Names for Vec<String> {
    fn names(&self) -> Vec<String> {
        self.clone()
    }
}

/// The rows of a statement: all cells in order, all texts concatenated, all bytes concatenated.
pub(crate) struct Rows<'a> {
    pub(crate) width: usize,
    pub(crate) cells: Vec<Packed>,
    pub(crate) texts: String,
    pub(crate) blobs: Vec<u8>,
    pub(crate) names: ColumnNames<'a>,
}

/// The names of the columns, fetched when first needed.
pub(crate) struct ColumnNames<'a> {
    known: OnceCell<Vec<String>>,
    source: Box<dyn Names + 'a>,
}

impl<'a> ColumnNames<'a> {
    pub(crate) fn new(source: impl Names + 'a) -> Self {
        let source = Box::new(source);
        let known = OnceCell::new();
        Self { known, source }
    }

    fn get(&self, index: usize) -> &str {
        let names = self.known.get_or_init(|| self.source.names());
        names.get(index).map_or("", String::as_str)
    }
}

impl Rows<'_> {
    /// The name of a column.
    pub(crate) fn name(&self, column: usize) -> &str {
        self.names.get(column)
    }

    /// The cell at that index among all cells.
    pub(crate) fn cell(&self, at: usize) -> Cell<'_> {
        Cell {
            packed: self.cells.get(at).copied().unwrap_or(Packed::Null),
            rows: self,
        }
    }
}

/// One column of a row.
pub struct Cell<'a> {
    packed: Packed,
    rows: &'a Rows<'a>,
}

impl Cell<'_> {
    /// Whether it is NULL.
    pub fn is_null(&self) -> bool {
        matches!(self.packed, Packed::Null)
    }

    /// The integer in it. A REAL without a fraction counts.
    ///
    /// # Errors
    ///
    /// It holds something else, or an integer beyond ±(2^53 - 1).
    pub fn integer(&self) -> Result<i64> {
        let Packed::Number(found) = self.packed else {
            return Err(self.is_not("an integer"));
        };
        let integer = found as i64;
        let is_safe = integer.unsigned_abs() <= MAX_SAFE_INTEGER.unsigned_abs();
        if integer as f64 != found || !is_safe {
            return Err(Error::sql(format!(
                "{} is not an integer within ±(2^53 - 1)",
                number(found)
            )));
        }
        Ok(integer)
    }

    /// The number in it.
    ///
    /// # Errors
    ///
    /// It holds something else.
    pub fn real(&self) -> Result<f64> {
        match self.packed {
            Packed::Number(number) => Ok(number),
            _ => Err(self.is_not("a number")),
        }
    }

    /// The text in it.
    ///
    /// # Errors
    ///
    /// It holds something else.
    pub fn text(&self) -> Result<String> {
        match self.packed {
            Packed::Text(start, end) => {
                let text = self.rows.texts.get(start as usize..end as usize);
                Ok(text.unwrap_or_default().to_owned())
            }
            _ => Err(self.is_not("text")),
        }
    }

    /// The bytes in it.
    ///
    /// # Errors
    ///
    /// It holds something else.
    pub fn blob(&self) -> Result<Vec<u8>> {
        match self.packed {
            Packed::Blob(start, end) => Ok(self.rows.blobs[start as usize..end as usize].to_vec()),
            _ => Err(self.is_not("bytes")),
        }
    }

    /// The value as it would cross in a call.
    #[cfg(all(not(target_arch = "wasm32"), feature = "testing"))]
    pub(crate) fn to_wire(&self) -> Wire {
        let text = || self.text().unwrap_or_default();
        let blob = || self.blob().unwrap_or_default();
        match self.packed {
            Packed::Null => Wire::Null,
            Packed::Number(number) => Wire::Number(number),
            Packed::Text(..) => Wire::Text(text()),
            Packed::Blob(..) => Wire::Bytes(blob()),
        }
    }

    fn is_not(&self, expected: &str) -> Error {
        let found = match self.packed {
            Packed::Null => "NULL",
            Packed::Text(..) => "text",
            Packed::Number(_) => "a number",
            Packed::Blob(..) => "bytes",
        };
        Error::sql(format!("expected {expected}, found {found}"))
    }
}
