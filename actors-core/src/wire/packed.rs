//! The form of values in a call: a call into JavaScript takes longer than the work for a value, so
//! all of them cross at once.
//!
//! Kinds, numbers, lengths and counts are in one array, all texts in one string, all bytes in one
//! array. `glue.js` packs and unpacks the same form. A key is written once, and referred to by
//! its number from then on; the texts of the keys are before all others.

/// The cells before those of the values: how many values there are, where the last one begins,
/// the length of all keys, and one for the glue.
pub(super) const COUNT: usize = 0;
pub(super) const LAST: usize = 1;
pub(super) const NAMES: usize = 2;
pub(super) const HEAD: usize = 4;

/// The kinds of values, as in `glue.js`.
pub(crate) const UNDEFINED: f64 = 0.0;
pub(crate) const NULL: f64 = 1.0;
pub(crate) const FALSE: f64 = 2.0;
pub(crate) const TRUE: f64 = 3.0;
/// Followed by itself.
pub(crate) const NUMBER: f64 = 4.0;
/// Followed by the length.
pub(crate) const TEXT: f64 = 5.0;
/// Followed by the milliseconds.
pub(super) const DATE: f64 = 6.0;
/// Followed by the length.
pub(super) const BYTES: f64 = 7.0;
/// Followed by the count and the values.
pub(super) const LIST: f64 = 8.0;
/// Followed by the count and the fields, each a key and a value. A key is its number; the next
/// unused number introduces a new key, and its length follows.
pub(super) const OBJECT: f64 = 9.0;
/// Followed by the length of its digits.
pub(super) const BIGINT: f64 = 10.0;
/// Followed by the length of its description.
pub(super) const OTHER: f64 = 11.0;

/// How the bytes begin that stand for a stream, which travels beside the values; `glue.js` has the
/// same.
pub(crate) const STREAM: &str = "\0actors:stream:";

/// Packed values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Packed {
    pub(crate) cells: Vec<f64>,
    pub(crate) texts: String,
    pub(crate) bytes: Vec<u8>,
}

impl Packed {
    /// How many values there are.
    pub(crate) fn count(&self) -> usize {
        self.cell(COUNT)
    }

    /// Whether a stream travels beside the values. Bytes that only look like one count as well.
    pub(crate) fn carries_stream(&self) -> bool {
        let mut windows = self.bytes.windows(STREAM.len());
        windows.any(|window| window == STREAM.as_bytes())
    }

    /// Adds bytes as the last value.
    pub(crate) fn push_bytes(&mut self, bytes: &[u8]) {
        self.cells[COUNT] += 1.0;
        self.cells[LAST] = self.cells.len() as f64;
        self.cells.extend([BYTES, bytes.len() as f64]);
        self.bytes.extend_from_slice(bytes);
    }

    /// The last value, if it is bytes.
    pub(crate) fn last_bytes(&self) -> Option<&[u8]> {
        match self.values().get(self.cell(LAST).checked_sub(HEAD)?..)? {
            [BYTES, length] => {
                let start = self.bytes.len().checked_sub(*length as usize)?;
                self.bytes.get(start..)
            }
            _ => None,
        }
    }

    /// Removes the last value, which is bytes.
    pub(crate) fn pop_bytes(&mut self) {
        let length = self.last_bytes().map_or(0, <[u8]>::len);
        self.bytes.truncate(self.bytes.len() - length);
        self.cells.truncate(self.cell(LAST));
        self.cells[COUNT] -= 1.0;
        self.cells[LAST] = 0.0;
    }

    /// The cells of the values.
    pub(crate) fn values(&self) -> &[f64] {
        self.cells.get(HEAD..).unwrap_or_default()
    }

    pub(super) fn cell(&self, at: usize) -> usize {
        self.cells.get(at).copied().unwrap_or_default() as usize
    }
}
