//! Statements and rows, packed: a call into JavaScript takes longer than SQLite's work for
//! a value or a row.

use std::cell::{Cell, RefCell};

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use super::error::{from_js, sqlite_message};
use super::state::State;
use crate::error::{Error, ErrorKind, Result};
use crate::sql::cell::{ColumnNames, Names, Packed, Rows};
use crate::sql::parameters::cast_integers;
use crate::sql::{Usage, Value};
use crate::utf16::Lengths;

#[wasm_bindgen(module = "/src/backend/worker/glue.js")]
extern "C" {
    type Sql;
    /// The glue reads and writes Wasm's memory itself: a view of it for each call would cost more
    /// than what is in it.
    #[wasm_bindgen(constructor)]
    fn new(
        state: &State,
        memory: JsValue,
        cells: *const Cell<f64>,
        most_cells: usize,
        texts: *const Cell<u8>,
        most_bytes: usize,
    ) -> Sql;
    /// Returns how many numbers of the room the rows take, none if they have no room there; NaN
    /// if the statement failed.
    #[wasm_bindgen(method)]
    fn query(
        this: &Sql,
        statement: &JsString,
        cells: *const [f64; 2],
        count: usize,
        texts: *const u8,
        bytes: *const u8,
    ) -> f64;
    /// Runs the statement so many times, each time with the next `count` values.
    #[wasm_bindgen(method)]
    fn run(
        this: &Sql,
        times: usize,
        statement: &JsString,
        cells: *const [f64; 2],
        count: usize,
        texts: *const u8,
        bytes: *const u8,
    ) -> f64;
    /// How often it had run when it failed.
    #[wasm_bindgen(method, getter)]
    fn runs(this: &Sql) -> usize;
    #[wasm_bindgen(method, getter)]
    fn error(this: &Sql) -> JsValue;
    #[wasm_bindgen(method)]
    fn packed(this: &Sql) -> Vec<f64>;
    #[wasm_bindgen(method, js_name = allTexts)]
    fn all_texts(this: &Sql) -> String;
    #[wasm_bindgen(method, js_name = allBlobs)]
    fn all_blobs(this: &Sql) -> Vec<u8>;
    #[wasm_bindgen(method)]
    fn names(this: &Sql) -> String;
    #[wasm_bindgen(method, getter, js_name = rowsRead)]
    fn rows_read(this: &Sql) -> f64;
    #[wasm_bindgen(method, getter, js_name = rowsWritten)]
    fn rows_written(this: &Sql) -> f64;
}

/// The kinds of cells, as in `glue.js`.
const NULL: f64 = 0.0;
const NUMBER: f64 = 1.0;
const TEXT: f64 = 2.0;
const BLOB: f64 = 3.0;

pub(super) struct Database {
    sql: Sql,
    /// The cached statements, in the order of their glances and texts.
    cached: RefCell<Vec<Cached>>,
    /// Room for the values of a statement.
    bound: RefCell<Bound>,
    room: Room,
}

/// Room for the rows of a small result, where the glue writes them: their cells, and their texts
/// if those are ASCII.
struct Room {
    cells: Box<[Cell<f64>]>,
    texts: Box<[Cell<u8>]>,
}

/// A statement that has run. A few of them in order take less code than a hash map.
struct Cached {
    glance: u64,
    statement: Box<str>,
    texts: Texts,
}

/// A statement as JavaScript strings, one for each set of integer values.
type Texts = Vec<(u128, JsString)>;

/// How many statements are cached: more than a program contains.
const STATEMENTS: usize = 1000;

/// How many forms of each are cached: which values are integers varies only with NULLs.
const FORMS: usize = 32;

impl Database {
    pub(super) fn new(state: &State) -> Self {
        let room = Room {
            cells: vec![Cell::new(0.0); 256].into(),
            texts: vec![Cell::new(0); 2048].into(),
        };
        let Room { cells, texts } = &room;
        let memory = wasm_bindgen::memory();
        let (at_cells, at_texts) = (cells.as_ptr(), texts.as_ptr());
        Self {
            sql: Sql::new(state, memory, at_cells, cells.len(), at_texts, texts.len()),
            cached: RefCell::default(),
            bound: RefCell::default(),
            room,
        }
    }

    /// Runs the statement with its values packed.
    fn bind<T>(
        &self,
        statement: &str,
        values: &[Value<'_>],
        run: impl FnOnce(&JsString, &Bound) -> T,
    ) -> T {
        let mut bound = self.bound.borrow_mut();
        bound.clear();
        bound.add(values);
        self.with(statement, &bound, run)
    }

    /// Runs the statement with values that are packed.
    fn with<T>(
        &self,
        statement: &str,
        bound: &Bound,
        run: impl FnOnce(&JsString, &Bound) -> T,
    ) -> T {
        let mut cached = self.cached.borrow_mut();
        let glance = glance(statement);
        let order = |known: &Cached| (known.glance, &*known.statement).cmp(&(glance, statement));
        let place = cached.binary_search_by(order).unwrap_or_else(|place| {
            let mut place = place;
            if cached.len() >= STATEMENTS {
                cached.clear();
                place = 0;
            }
            let (statement, texts) = (statement.into(), Texts::new());
            let new = Cached {
                glance,
                statement,
                texts,
            };
            cached.insert(place, new);
            place
        });
        run(form(&mut cached[place].texts, statement, bound), bound)
    }

    fn failed(&self, statement: &str) -> Error {
        let error = from_js(&self.sql.error());
        Error::new(
            ErrorKind::Sql,
            format!("{}: {statement}", sqlite_message(error.message())),
        )
    }

    pub(super) fn run(&self, statement: &str, values: &[Value<'_>]) -> Result<u64> {
        let written = self.bind(statement, values, |text, bound| {
            let (cells, texts, bytes) = bound.places();
            let count = bound.cells.len();
            self.sql.run(1, text, cells, count, texts, bytes)
        });
        if written.is_nan() {
            return Err(self.failed(statement));
        }
        Ok(written as u64)
    }

    pub(super) fn run_each(
        &self,
        statement: &str,
        sets: &[Vec<Value<'_>>],
    ) -> Result<u64, (usize, Error)> {
        let mut bound = self.bound.borrow_mut();
        let (mut first, mut written) = (0, 0);
        while first < sets.len() {
            bound.clear();
            let fitting = sets[first..].iter().take_while(|set| bound.add(set));
            let times = fitting.count();
            let count = bound.cells.len() / times;
            let rows = self.with(statement, &bound, |text, bound| {
                let (cells, texts, bytes) = bound.places();
                self.sql.run(times, text, cells, count, texts, bytes)
            });
            if rows.is_nan() {
                return Err((first + self.sql.runs(), self.failed(statement)));
            }
            written += rows as u64;
            first += times;
        }
        Ok(written)
    }

    pub(super) fn fetch(&self, statement: &str, values: &[Value<'_>]) -> Result<Rows<'_>> {
        let count = self.bind(statement, values, |text, bound| {
            let (cells, texts, bytes) = bound.places();
            self.sql.query(text, cells, bound.cells.len(), texts, bytes)
        });
        if count.is_nan() {
            return Err(self.failed(statement));
        }
        Ok(match count as usize {
            0 => unpack(&self.sql.packed(), &self.sql, None),
            count => {
                let (cells, texts) = self.room.read(count);
                unpack(&cells, &self.sql, Some(texts))
            }
        })
    }

    pub(super) fn usage(&self) -> Usage {
        Usage {
            rows_read: self.sql.rows_read() as u64,
            rows_written: self.sql.rows_written() as u64,
        }
    }
}

impl Room {
    /// What the glue has written: so many numbers, and the texts.
    fn read(&self, count: usize) -> (Vec<f64>, String) {
        let cells: Vec<_> = self.cells.iter().take(count).map(Cell::get).collect();
        let length = cells.get(1).map_or(0, |length| *length as usize);
        let texts = self.texts.iter().take(length);
        (cells, texts.map(|byte| char::from(byte.get())).collect())
    }
}

/// The statement as a JavaScript string, with those values as integers.
fn form<'a>(forms: &'a mut Texts, statement: &str, bound: &Bound) -> &'a JsString {
    let integers = bound.integers;
    // Casting NULL gives NULL, so any form will do for it.
    let fits = |known: u128| integers & !known == 0 && known & bound.others == 0;
    let known = forms.iter().position(|(known, _)| fits(*known));
    let known = known.unwrap_or_else(|| {
        if forms.len() >= FORMS {
            forms.clear();
        }
        let text = match integers {
            0 => JsString::from(statement),
            _ => cast_integers(statement, integers).into(),
        };
        forms.push((integers, text));
        forms.len() - 1
    });
    &forms[known].1
}

/// A hash of a statement's length and its last bytes: the whole text is compared only with those
/// that look alike.
fn glance(statement: &str) -> u64 {
    let last = statement.bytes().rev().take(16);
    let hash = last.fold(0_u64, |hash, byte| hash.wrapping_mul(31) ^ u64::from(byte));
    hash.wrapping_add(statement.len() as u64)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Values, packed.
#[derive(Default)]
struct Bound {
    /// Which of the values are integers, from the lowest bit on.
    integers: u128,
    /// The same for all others except NULL.
    others: u128,
    /// The kind of each, and itself or its length in bytes.
    cells: Vec<[f64; 2]>,
    texts: String,
    bytes: Vec<u8>,
}

impl Bound {
    /// Where they are in Wasm's memory: the cells, the texts, the bytes.
    fn places(&self) -> (*const [f64; 2], *const u8, *const u8) {
        (
            self.cells.as_ptr(),
            self.texts.as_ptr(),
            self.bytes.as_ptr(),
        )
    }

    fn clear(&mut self) {
        self.integers = 0;
        self.others = 0;
        self.cells.clear();
        self.texts.clear();
        self.bytes.clear();
    }

    /// Adds a set of values, unless its integers are at other places than those before.
    fn add(&mut self, values: &[Value<'_>]) -> bool {
        let (mut integers, mut others) = (self.integers, self.others);
        for (index, value) in values.iter().enumerate() {
            // The runtime accepts 100 values.
            let bit = 1_u128.checked_shl(index as u32).unwrap_or_default();
            match value {
                Value::Null => {}
                Value::Integer(_) => integers |= bit,
                _ => others |= bit,
            }
        }
        if integers & others != 0 {
            return false;
        }
        (self.integers, self.others) = (integers, others);
        values.iter().for_each(|value| self.pack(value));
        true
    }

    fn pack(&mut self, value: &Value<'_>) {
        self.cells.push(match value {
            Value::Null => [NULL, 0.0],
            Value::Integer(integer) => [NUMBER, *integer as f64],
            Value::Real(real) => [NUMBER, *real],
            Value::Text(text) => {
                self.texts.push_str(text);
                [TEXT, text.len() as f64]
            }
            Value::Blob(bytes) => {
                self.bytes.extend_from_slice(bytes);
                [BLOB, bytes.len() as f64]
            }
        });
    }
}

/// The rows of a query, as `glue.js` has packed them, and the texts in them unless those are still
/// there.
fn unpack<'a>(packed: &[f64], sql: &'a Sql, texts: Option<String>) -> Rows<'a> {
    let ([width, _], packed) = packed.split_first_chunk().unwrap_or((&[0.0; 2], &[]));
    let has = |kind: f64| packed.iter().step_by(2).any(|found| *found == kind);
    let texts = texts.unwrap_or_else(|| match has(TEXT) {
        true => sql.all_texts(),
        false => String::new(),
    });
    let blobs = match has(BLOB) {
        true => sql.all_blobs(),
        false => Vec::new(),
    };
    Rows {
        width: *width as usize,
        cells: cells_of(packed, &texts),
        texts,
        blobs,
        names: ColumnNames::new(LastQuery(sql)),
    }
}

/// The cells, each packed as two numbers, with their texts in a row.
pub(super) fn cells_of(packed: &[f64], texts: &str) -> Vec<Packed> {
    let mut lengths = Lengths::new(texts);
    let (mut text, mut blob) = (0, 0);
    let cells = packed.chunks_exact(2).map(|cell| match cell {
        [TEXT, units] => {
            let start = text;
            text += lengths.next(*units as usize);
            Packed::Text(start as u32, text as u32)
        }
        [BLOB, length] => {
            let start = blob;
            blob += *length as usize;
            Packed::Blob(start as u32, blob as u32)
        }
        [NUMBER, number] => Packed::Number(*number),
        _ => Packed::Null,
    });
    cells.collect()
}

/// The columns of the last query.
struct LastQuery<'a>(&'a Sql);

impl Names for LastQuery<'_> {
    fn names(&self) -> Vec<String> {
        // A name can't contain this character: it would end the statement's text for SQLite.
        self.0.names().split('\0').map(str::to_owned).collect()
    }
}
