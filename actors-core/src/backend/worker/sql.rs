//! Statements and rows, packed: a call into JavaScript takes longer than SQLite's work for
//! a value or a row.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use wasm_bindgen::prelude::*;
use worker::js_sys::JsString;

use super::error::from_js;
use super::state::State;
use crate::error::{Error, ErrorKind, Result};
use crate::sql::cell::{ColumnNames, Names, Packed, Rows};
use crate::sql::parameters::cast_integers;
use crate::sql::{Usage, Value};
use crate::utf16::{Lengths, units};

#[wasm_bindgen(module = "/src/backend/worker/glue.js")]
extern "C" {
    type Sql;
    #[wasm_bindgen(constructor)]
    fn new(state: &State) -> Sql;
    #[wasm_bindgen(method)]
    fn query(
        this: &Sql,
        statement: &JsString,
        cells: &[f64],
        texts: Option<&str>,
        bytes: Option<&[u8]>,
    ) -> Vec<f64>;
    #[wasm_bindgen(method)]
    fn run(
        this: &Sql,
        statement: &JsString,
        cells: &[f64],
        texts: Option<&str>,
        bytes: Option<&[u8]>,
    ) -> f64;
    /// Runs the statement with each of `count` sets of values, which have `size` cells.
    #[wasm_bindgen(method, js_name = runEach)]
    fn run_each(
        this: &Sql,
        statement: &JsString,
        size: usize,
        count: usize,
        cells: &[f64],
        texts: Option<&str>,
        bytes: Option<&[u8]>,
    ) -> f64;
    /// How often it had run when it failed.
    #[wasm_bindgen(method, getter)]
    fn runs(this: &Sql) -> usize;
    #[wasm_bindgen(method, getter)]
    fn error(this: &Sql) -> JsValue;
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
    /// The cached statements.
    texts: RefCell<HashMap<Box<str>, Texts, BuildHasherDefault<Glance>>>,
    /// Room for the values of a statement.
    bound: RefCell<Bound>,
}

/// A statement as JavaScript strings, one for each set of integer values.
type Texts = Vec<(u128, JsString)>;

/// How many statements are cached: more than a program contains.
const STATEMENTS: usize = 1000;

/// How many forms of each are cached: which values are integers varies only with NULLs.
const FORMS: usize = 32;

impl Database {
    pub(super) fn new(state: &State) -> Self {
        Self {
            sql: Sql::new(state),
            texts: RefCell::default(),
            bound: RefCell::default(),
        }
    }

    /// Runs the statement with its values packed.
    fn bind<T>(
        &self,
        statement: &str,
        values: &[Value<'_>],
        run: impl FnOnce(&JsString, &[f64], Option<&str>, Option<&[u8]>) -> T,
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
        run: impl FnOnce(&JsString, &[f64], Option<&str>, Option<&[u8]>) -> T,
    ) -> T {
        let (all_texts, bytes) = (&*bound.texts, &*bound.bytes);
        let mut texts = self.texts.borrow_mut();
        run(
            text(&mut texts, statement, bound),
            &bound.cells,
            (!all_texts.is_empty()).then_some(all_texts),
            (!bytes.is_empty()).then_some(bytes),
        )
    }

    fn failed(&self, statement: &str) -> Error {
        let error = from_js(&self.sql.error());
        // SQLite's own message, without the runtime's code after it.
        let message = error
            .message()
            .split(": SQLITE_")
            .next()
            .unwrap_or_default();
        Error::new(ErrorKind::Sql, format!("{message}: {statement}"))
    }

    pub(super) fn run(&self, statement: &str, values: &[Value<'_>]) -> Result<u64> {
        let written = self.bind(statement, values, |text, cells, texts, bytes| {
            self.sql.run(text, cells, texts, bytes)
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
            let count = fitting.count();
            let size = bound.cells.len() / count;
            let rows = self.with(statement, &bound, |text, cells, texts, bytes| {
                self.sql.run_each(text, size, count, cells, texts, bytes)
            });
            if rows.is_nan() {
                return Err((first + self.sql.runs(), self.failed(statement)));
            }
            written += rows as u64;
            first += count;
        }
        Ok(written)
    }

    pub(super) fn fetch(&self, statement: &str, values: &[Value<'_>]) -> Result<Rows<'_>> {
        let packed = self.bind(statement, values, |text, cells, texts, bytes| {
            self.sql.query(text, cells, texts, bytes)
        });
        if packed.is_empty() {
            return Err(self.failed(statement));
        }
        Ok(unpack(&packed, &self.sql))
    }

    pub(super) fn usage(&self) -> Usage {
        Usage {
            rows_read: self.sql.rows_read() as u64,
            rows_written: self.sql.rows_written() as u64,
        }
    }
}

/// The statement as a JavaScript string, with those values as integers.
fn text<'a>(
    texts: &'a mut HashMap<Box<str>, Texts, BuildHasherDefault<Glance>>,
    statement: &str,
    bound: &Bound,
) -> &'a JsString {
    let integers = bound.integers;
    if !texts.contains_key(statement) {
        if texts.len() >= STATEMENTS {
            texts.clear();
        }
        texts.insert(statement.into(), Texts::new());
    }
    let forms = texts
        .get_mut(statement)
        .expect("it has just been put there");
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

/// Hashes a statement by its length and its last bytes: the whole text is compared anyway.
#[derive(Default)]
struct Glance(u64);

impl Hasher for Glance {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes.iter().rev().take(16) {
            self.0 = self.0.wrapping_mul(31) ^ u64::from(*byte);
        }
        self.0 = self
            .0
            .wrapping_add(bytes.len() as u64)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Values, packed.
#[derive(Default)]
struct Bound {
    /// Which of the values are integers, from the lowest bit on.
    integers: u128,
    /// The same for all others except NULL.
    others: u128,
    cells: Vec<f64>,
    texts: String,
    bytes: Vec<u8>,
}

impl Bound {
    fn clear(&mut self) {
        self.integers = 0;
        self.others = 0;
        self.cells.clear();
        self.texts.clear();
        self.bytes.clear();
    }

    /// Adds a set of values, unless its integers are at other places than those before.
    fn add(&mut self, values: &[Value<'_>]) -> bool {
        let places = |is_meant: fn(&Value<'_>) -> bool| {
            let meant = (0..).zip(values).filter(|(_, value)| is_meant(value));
            // The runtime accepts 100 values.
            let bits = meant.map(|(index, _)| 1_u128.checked_shl(index).unwrap_or_default());
            bits.fold(0, |places, bit| places | bit)
        };
        let integers = self.integers | places(|value| matches!(value, Value::Integer(_)));
        let others =
            self.others | places(|value| !matches!(value, Value::Integer(_) | Value::Null));
        if integers & others != 0 {
            return false;
        }
        (self.integers, self.others) = (integers, others);
        values.iter().for_each(|value| self.pack(value));
        true
    }

    fn pack(&mut self, value: &Value<'_>) {
        let cell = match value {
            Value::Null => [NULL, 0.0],
            Value::Integer(integer) => [NUMBER, *integer as f64],
            Value::Real(real) => [NUMBER, *real],
            Value::Text(text) => {
                self.texts.push_str(text);
                [TEXT, units(text) as f64]
            }
            Value::Blob(bytes) => {
                self.bytes.extend_from_slice(bytes);
                [BLOB, bytes.len() as f64]
            }
        };
        self.cells.extend(cell);
    }
}

/// The rows of a query, as `glue.js` has packed them.
fn unpack<'a>(packed: &[f64], sql: &'a Sql) -> Rows<'a> {
    let (width, packed) = packed.split_first().unwrap_or((&0.0, &[]));
    let has = |kind: f64| packed.iter().step_by(2).any(|found| *found == kind);
    let texts = if has(TEXT) {
        sql.all_texts()
    } else {
        String::new()
    };
    let blobs = if has(BLOB) {
        sql.all_blobs()
    } else {
        Vec::new()
    };
    let mut lengths = Lengths::new(&texts);
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
    let cells = cells.collect();
    Rows {
        width: *width as usize,
        cells,
        texts,
        blobs,
        names: ColumnNames::new(LastQuery(sql)),
    }
}

/// The columns of the last query.
struct LastQuery<'a>(&'a Sql);

impl Names for LastQuery<'_> {
    fn names(&self) -> Vec<String> {
        // A name can't contain this character: it would end the statement's text for SQLite.
        self.0.names().split('\0').map(str::to_owned).collect()
    }
}
