//! Packs values.

use serde::Serialize;

use super::failure::Failure;
use super::packed::{
    BIGINT, BYTES, COUNT, DATE, HEAD, LAST, LIST, NAMES, NUMBER, OBJECT, Packed, TEXT,
};
use crate::utf16::units;

/// How many keys are searched for one that is not where it is expected. One that is not found is
/// only written again.
const SEARCHED: usize = 32;

/// Values that are being packed; serde's serializer.
pub(crate) struct Packer {
    pub(super) cells: Vec<f64>,
    pub(super) texts: String,
    bytes: Vec<u8>,
    /// All keys, one after the other.
    names: String,
    keys: Vec<Key>,
    /// The number of the last key.
    last: usize,
}

/// A key, by its place in the names.
struct Key {
    start: usize,
    end: usize,
    /// The number of the key that has followed it: objects in a list tend to be alike.
    next: usize,
}

impl Default for Packer {
    fn default() -> Self {
        let mut cells = Vec::with_capacity(16);
        cells.extend([0.0; HEAD]);
        Self {
            cells,
            texts: String::new(),
            bytes: Vec::new(),
            names: String::new(),
            keys: Vec::new(),
            last: 0,
        }
    }
}

impl Packer {
    /// Packs another value.
    pub(crate) fn add<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failure> {
        self.begin();
        value.serialize(self)
    }

    /// Begins another value.
    pub(super) fn begin(&mut self) {
        self.cells[COUNT] += 1.0;
        self.cells[LAST] = self.cells.len() as f64;
    }

    pub(crate) fn finish(mut self) -> Packed {
        self.cells[NAMES] = units(&self.names) as f64;
        self.names.push_str(&self.texts);
        Packed {
            cells: self.cells,
            texts: self.names,
            bytes: self.bytes,
        }
    }

    pub(super) fn kind(&mut self, kind: f64) {
        self.cells.push(kind);
    }

    pub(super) fn number(&mut self, number: f64) {
        self.cells.extend([NUMBER, number]);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.described(TEXT, text);
    }

    pub(super) fn big_integer(&mut self, integer: i128) {
        self.described(BIGINT, &integer.to_string());
    }

    pub(super) fn described(&mut self, kind: f64, text: &str) {
        self.cells.extend([kind, units(text) as f64]);
        self.texts.push_str(text);
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.cells.extend([BYTES, bytes.len() as f64]);
        self.bytes.extend_from_slice(bytes);
    }

    /// Begins a list, and returns the place for its length.
    pub(super) fn list(&mut self) -> usize {
        self.cells.extend([LIST, 0.0]);
        self.cells.len() - 1
    }

    /// Begins an object, and returns the place for how many fields it has.
    pub(super) fn object(&mut self) -> usize {
        self.cells.extend([OBJECT, 0.0]);
        self.cells.len() - 1
    }

    /// Begins the object with a variant's content.
    pub(super) fn tag(&mut self, variant: &str) {
        self.cells.extend([OBJECT, 1.0]);
        self.key(variant);
    }

    /// Makes a date of the number that begins at this cell.
    pub(super) fn date_at(&mut self, at: usize) {
        if let [kind @ NUMBER, _] = &mut self.cells[at..] {
            *kind = DATE;
        }
    }

    /// Writes the key of the next field.
    pub(super) fn key(&mut self, key: &str) {
        let expected = self.keys.get(self.last).map_or(0, |last| last.next);
        let number = match self.is_key(expected, key) {
            true => expected,
            false => self.searched(key),
        };
        self.cells.push(number as f64);
        if number == self.keys.len() {
            self.add_key(key);
        }
        self.last = number;
    }

    fn is_key(&self, number: usize, key: &str) -> bool {
        self.keys.get(number).is_some_and(|known| {
            self.names.as_bytes().get(known.start..known.end) == Some(key.as_bytes())
        })
    }

    /// The number of a key that was not expected, or the next unused number.
    fn searched(&mut self, key: &str) -> usize {
        let unused = self.keys.len();
        let mut known = 0..unused.min(SEARCHED);
        let number = known.find(|number| self.is_key(*number, key));
        let number = number.unwrap_or(unused);
        if let Some(last) = self.keys.get_mut(self.last) {
            last.next = number;
        }
        number
    }

    fn add_key(&mut self, key: &str) {
        let start = self.names.len();
        self.names.push_str(key);
        self.cells.push(units(key) as f64);
        self.keys.push(Key {
            start,
            end: self.names.len(),
            next: self.keys.len() + 1,
        });
    }
}
