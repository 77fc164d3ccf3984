//! Packs values, to pass them in one call: a call into JavaScript takes longer than the work for
//! a value.
//!
//! Kinds, numbers, lengths and counts are in one array, all texts in one string, all bytes in one
//! array. `glue.js` packs and unpacks the same form. A key is written once, and referred to by
//! its number from then on.

use std::collections::HashMap;

use super::budget::Budget;
use super::value::Wire;
use crate::utf16::{Lengths, units};

/// The kinds of values, as in `glue.js`.
const UNDEFINED: f64 = 0.0;
const NULL: f64 = 1.0;
const FALSE: f64 = 2.0;
const TRUE: f64 = 3.0;
/// Followed by itself.
const NUMBER: f64 = 4.0;
/// Followed by the length.
const TEXT: f64 = 5.0;
/// Followed by the milliseconds.
const DATE: f64 = 6.0;
/// Followed by the length.
const BYTES: f64 = 7.0;
/// Followed by the count and the values.
const LIST: f64 = 8.0;
/// Followed by the count and the fields, each a key and a value.
const OBJECT: f64 = 9.0;
/// Followed by the length of its digits.
const BIGINT: f64 = 10.0;
/// Followed by the length of its description.
const OTHER: f64 = 11.0;

/// Packed values.
#[derive(Debug, Default)]
pub(crate) struct Packed {
    pub(crate) cells: Vec<f64>,
    pub(crate) texts: String,
    pub(crate) bytes: Vec<u8>,
}

impl Packed {
    /// Packs values, in order.
    pub(crate) fn of(values: &[Wire]) -> Self {
        let mut packer = Packer::default();
        values.iter().for_each(|value| packer.value(value));
        packer.packed
    }

    /// Unpacks the values, within the budget of a call.
    pub(crate) fn unpack(self) -> Vec<Wire> {
        let mut unpacker = Unpacker {
            cells: self.cells.iter(),
            texts: &self.texts,
            lengths: Lengths::new(&self.texts),
            bytes: &self.bytes,
            keys: Vec::new(),
            budget: Budget::default(),
        };
        let mut values = Vec::new();
        while let Some(kind) = unpacker.cells.next() {
            values.push(unpacker.value(*kind, 0));
        }
        values
    }
}

#[derive(Default)]
struct Packer<'a> {
    packed: Packed,
    /// The keys so far, by their numbers.
    keys: HashMap<&'a str, usize>,
}

impl<'a> Packer<'a> {
    fn value(&mut self, value: &'a Wire) {
        match value {
            Wire::Undefined | Wire::Other(_) => self.cell(UNDEFINED),
            Wire::Null => self.cell(NULL),
            Wire::Bool(false) => self.cell(FALSE),
            Wire::Bool(true) => self.cell(TRUE),
            Wire::Number(number) => self.cells([NUMBER, *number]),
            Wire::BigInt(integer) => self.text(BIGINT, &integer.to_string()),
            Wire::Text(text) => self.text(TEXT, text),
            Wire::Date(millis) => self.cells([DATE, *millis]),
            Wire::Bytes(bytes) => {
                self.cells([BYTES, bytes.len() as f64]);
                self.packed.bytes.extend_from_slice(bytes);
            }
            Wire::List(values) => {
                self.cells([LIST, values.len() as f64]);
                values.iter().for_each(|value| self.value(value));
            }
            Wire::Object(fields) => {
                self.cells([OBJECT, fields.len() as f64]);
                for (key, value) in fields {
                    self.key(key);
                    self.value(value);
                }
            }
        }
    }

    /// The number of a key; the next unused number introduces a new key, and its length follows.
    fn key(&mut self, key: &'a str) {
        let next = self.keys.len();
        let number = *self.keys.entry(key).or_insert(next);
        match number == next {
            true => self.text(number as f64, key),
            false => self.cell(number as f64),
        }
    }

    fn text(&mut self, kind: f64, text: &str) {
        self.cells([kind, units(text) as f64]);
        self.packed.texts.push_str(text);
    }

    fn cell(&mut self, cell: f64) {
        self.packed.cells.push(cell);
    }

    fn cells(&mut self, cells: [f64; 2]) {
        self.packed.cells.extend(cells);
    }
}

struct Unpacker<'a> {
    cells: std::slice::Iter<'a, f64>,
    /// The remaining texts.
    texts: &'a str,
    lengths: Lengths<'a>,
    bytes: &'a [u8],
    keys: Vec<&'a str>,
    budget: Budget,
}

impl<'a> Unpacker<'a> {
    /// A value, or the placeholder for one that exceeds the budget.
    fn value(&mut self, kind: f64, depth: u32) -> Wire {
        match kind {
            NULL => Wire::Null,
            FALSE => Wire::Bool(false),
            TRUE => Wire::Bool(true),
            NUMBER => Wire::Number(self.cell()),
            DATE => Wire::Date(self.cell()),
            TEXT => {
                let text = self.text();
                self.within(text.len(), || Wire::Text(text.to_owned()))
            }
            BIGINT => self
                .text()
                .parse()
                .map_or_else(|_| Wire::Other("a huge BigInt".to_owned()), Wire::BigInt),
            OTHER => Wire::Other(self.text().to_owned()),
            BYTES => {
                let bytes = self.take_bytes();
                self.within(bytes.len(), || Wire::Bytes(bytes.to_vec()))
            }
            LIST => self.list(depth + 1),
            OBJECT => self.object(depth + 1),
            _ => Wire::Undefined,
        }
    }

    fn list(&mut self, depth: u32) -> Wire {
        let count = self.count();
        let room = self.room(count, depth);
        let values = (0..count).map(|_| {
            let kind = self.cell();
            self.value(kind, depth)
        });
        // What exceeds the budget is read anyway, to get to what follows.
        let values: Vec<Wire> = values.collect();
        room.map_or_else(|instead| instead, |()| Wire::List(values))
    }

    fn object(&mut self, depth: u32) -> Wire {
        let count = self.count();
        let room = self.room(count, depth);
        let mut fields = Vec::with_capacity(count);
        let mut keys = Ok(());
        for _ in 0..count {
            let key = self.key();
            keys = keys.and_then(|()| self.budget.take_bytes(key.len()));
            let kind = self.cell();
            fields.push((key.to_owned(), self.value(kind, depth)));
        }
        let room = room.and(keys);
        room.map_or_else(|instead| instead, |()| Wire::Object(fields))
    }

    fn room(&mut self, count: usize, depth: u32) -> Result<(), Wire> {
        Budget::check_depth(depth)?;
        self.budget.take_values(count)
    }

    fn within(&mut self, bytes: usize, value: impl FnOnce() -> Wire) -> Wire {
        match self.budget.take_bytes(bytes) {
            Ok(()) => value(),
            Err(instead) => instead,
        }
    }

    fn key(&mut self) -> &'a str {
        let number = self.count();
        if let Some(key) = self.keys.get(number) {
            return key;
        }
        let key = self.text();
        self.keys.push(key);
        key
    }

    fn text(&mut self) -> &'a str {
        let units = self.count();
        let length = self.lengths.next(units);
        let (text, rest) = self.texts.split_at(length.min(self.texts.len()));
        self.texts = rest;
        text
    }

    fn take_bytes(&mut self) -> &'a [u8] {
        let length = self.count();
        let (bytes, rest) = self.bytes.split_at(length.min(self.bytes.len()));
        self.bytes = rest;
        bytes
    }

    /// The next cell; zero if there is none.
    fn cell(&mut self) -> f64 {
        self.cells.next().copied().unwrap_or_default()
    }

    /// A count, at most the number of cells and texts.
    fn count(&mut self) -> usize {
        self.cell() as usize
    }
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;

    use super::*;

    fn random(rng: &mut Rng, depth: u32) -> Wire {
        let text = |rng: &mut Rng| {
            let parts = ["", "a", "ä", "🦀", "key", "\0", "日本", "__proto__"];
            let parts = (0..rng.usize(..4)).map(|_| parts[rng.usize(..parts.len())]);
            parts.collect::<String>()
        };
        match rng.u8(..if depth < 4 { 12 } else { 9 }) {
            0 => Wire::Undefined,
            1 => Wire::Null,
            2 => Wire::Bool(rng.bool()),
            3 => Wire::Number(f64::from(rng.i32(..)) / 8.0),
            4 => Wire::BigInt(rng.i128(..)),
            5 => Wire::Text(text(rng)),
            6 => Wire::Date(rng.i32(..).into()),
            7 => Wire::Bytes((0..rng.usize(..5)).map(|_| rng.u8(..)).collect()),
            8 => Wire::Number([f64::INFINITY, -0.0, 5e-324][rng.usize(..3)]),
            9 => Wire::List(
                (0..rng.usize(..5))
                    .map(|_| random(rng, depth + 1))
                    .collect(),
            ),
            _ => {
                let fields = (0..rng.usize(..5)).map(|_| (text(rng), random(rng, depth + 1)));
                Wire::Object(fields.collect())
            }
        }
    }

    #[test]
    fn what_is_packed_is_unpacked_as_it_was() {
        let seed = 15;
        let mut rng = Rng::with_seed(seed);
        for _ in 0..20_000 {
            let values: Vec<Wire> = (0..rng.usize(..4)).map(|_| random(&mut rng, 0)).collect();
            let packed = Packed::of(&values);
            assert_eq!(packed.unpack(), values, "seed {seed}");
        }
    }

    #[test]
    fn a_key_is_written_once() {
        let point = || Wire::Object(vec![("x".into(), Wire::Null), ("y".into(), Wire::Null)]);
        let packed = Packed::of(&[Wire::List(vec![point(); 3])]);
        assert_eq!(packed.texts, "xy");
        assert_eq!(packed.cells.len(), 2 + 3 * 2 + 3 * 4 + 2);
    }

    #[test]
    fn nonsense_is_read_as_something() {
        let seed = 16;
        let mut rng = Rng::with_seed(seed);
        for _ in 0..20_000 {
            let cells = (0..rng.usize(..20)).map(|_| f64::from(rng.i8(-1..13)));
            let packed = Packed {
                cells: cells.collect(),
                texts: "aä🦀".to_owned(),
                bytes: vec![1, 2],
            };
            packed.unpack();
        }
    }
}
