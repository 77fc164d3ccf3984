//! Reads packed values, one after the other, within the budget of a call.

use super::budget::Budget;
use super::packed::{
    BIGINT, BYTES, DATE, FALSE, LIST, NAMES, NULL, NUMBER, OBJECT, OTHER, Packed, TEXT, TRUE,
};
use crate::utf16::Lengths;

/// The values that have not been read yet.
pub(crate) struct Reader<'a> {
    cells: std::slice::Iter<'a, f64>,
    names: Texts<'a>,
    texts: Texts<'a>,
    bytes: &'a [u8],
    keys: Vec<&'a str>,
    budget: Budget,
    /// In how many lists and objects the next value is.
    depth: u32,
}

/// A value, or the beginning of one with parts, which are what is read next.
#[derive(Clone, Copy)]
pub(super) enum Item<'a> {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    BigInt(i128),
    Text(&'a str),
    /// Milliseconds since 1970.
    Date(f64),
    Bytes(&'a [u8]),
    /// With so many parts.
    List(usize),
    /// With so many fields.
    Object(usize),
    /// A value that no Rust type can be decoded from: a function, a `Set`, one that exceeds the
    /// budget; in the platform's words.
    Other(&'a str),
}

impl Packed {
    /// Reads the values from the first one on.
    pub(crate) fn reader(&self) -> Reader<'_> {
        let mut texts = Texts::new(&self.texts);
        let names = texts.take(self.cell(NAMES));
        Reader {
            cells: self.values().iter(),
            names: Texts::new(names),
            texts,
            bytes: &self.bytes,
            keys: Vec::new(),
            budget: Budget::default(),
            depth: 0,
        }
    }
}

impl<'a> Reader<'a> {
    /// The next value; `undefined` after the last one.
    pub(super) fn item(&mut self) -> Item<'a> {
        match self.cell() {
            NULL => Item::Null,
            FALSE => Item::Bool(false),
            TRUE => Item::Bool(true),
            NUMBER => Item::Number(self.cell()),
            DATE => Item::Date(self.cell()),
            TEXT => {
                let text = self.text();
                self.within(text.len(), Item::Text(text))
            }
            BIGINT => {
                let digits = self.text();
                digits
                    .parse()
                    .map_or(Item::Other("a huge BigInt"), Item::BigInt)
            }
            OTHER => Item::Other(self.text()),
            BYTES => {
                let bytes = self.bytes();
                self.within(bytes.len(), Item::Bytes(bytes))
            }
            LIST => {
                let count = self.count();
                self.with_room(count, Item::List(count))
            }
            OBJECT => {
                let count = self.count();
                self.with_room(count, Item::Object(count))
            }
            _ => Item::Undefined,
        }
    }

    /// The item if there is room for its bytes.
    fn within(&mut self, bytes: usize, item: Item<'a>) -> Item<'a> {
        let room = self.budget.take_bytes(bytes);
        room.map_or_else(Item::Other, |()| item)
    }

    /// The item if there is room for its parts. They are skipped if not.
    fn with_room(&mut self, count: usize, item: Item<'a>) -> Item<'a> {
        let room = Budget::check_depth(self.depth + 1);
        let room = room.and_then(|()| self.budget.take_values(count));
        room.map_or_else(
            |instead| {
                self.skip(item);
                Item::Other(instead)
            },
            |()| item,
        )
    }

    /// Enters the list or the object that has just begun.
    pub(super) fn enter(&mut self) {
        self.depth += 1;
    }

    /// Leaves it after its last part.
    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Reads all parts of a value, to get to what follows.
    pub(super) fn skip(&mut self, item: Item<'a>) {
        self.enter();
        match item {
            Item::List(count) => self.skip_values(count),
            Item::Object(count) => self.skip_fields(count),
            _ => {}
        }
        self.leave();
    }

    pub(super) fn skip_values(&mut self, count: usize) {
        for _ in 0..count {
            let item = self.item();
            self.skip(item);
        }
    }

    pub(super) fn skip_fields(&mut self, count: usize) {
        for _ in 0..count {
            let _ = self.key();
            self.skip_values(1);
        }
    }

    /// The key of the next field, and whether there is room for it.
    pub(super) fn key(&mut self) -> (&'a str, Result<(), &'static str>) {
        let number = self.count();
        let key = match self.keys.get(number) {
            Some(key) => key,
            None => {
                let length = self.count();
                let key = self.names.take(length);
                self.keys.push(key);
                key
            }
        };
        (key, self.budget.take_bytes(key.len()))
    }

    fn text(&mut self) -> &'a str {
        let units = self.count();
        self.texts.take(units)
    }

    fn bytes(&mut self) -> &'a [u8] {
        let length = self.count();
        let (bytes, rest) = self.bytes.split_at(length.min(self.bytes.len()));
        self.bytes = rest;
        bytes
    }

    /// The next cell; zero if there is none.
    fn cell(&mut self) -> f64 {
        self.cells.next().copied().unwrap_or_default()
    }

    fn count(&mut self) -> usize {
        self.cell() as usize
    }
}

/// Consecutive texts.
struct Texts<'a> {
    rest: &'a str,
    lengths: Lengths<'a>,
}

impl<'a> Texts<'a> {
    fn new(all: &'a str) -> Self {
        Self {
            rest: all,
            lengths: Lengths::new(all),
        }
    }

    /// The next text, which is so long in JavaScript's units.
    fn take(&mut self, units: usize) -> &'a str {
        let length = self.lengths.next(units);
        let split = self.rest.split_at_checked(length);
        let (text, rest) = split.unwrap_or((self.rest, ""));
        self.rest = rest;
        text
    }
}
