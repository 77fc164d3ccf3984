//! Statements and rows.

use std::marker::PhantomData;

use wasm_bindgen::prelude::*;
use worker::js_sys::{Array, ArrayBuffer, Uint8Array};

use super::{State, from_js};
use crate::error::{Error, ErrorKind, Result};
use crate::sql::{Row, Usage, Value};

#[wasm_bindgen(module = "/src/backend/worker/glue.js")]
extern "C" {
    type Sql;
    #[wasm_bindgen(constructor)]
    fn new(state: &State) -> Sql;
    #[wasm_bindgen(method, catch)]
    fn query(this: &Sql, statement: &str, values: Array) -> Result<Array, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn run(this: &Sql, statement: &str, values: Array) -> Result<f64, JsValue>;
    #[wasm_bindgen(method)]
    fn names(this: &Sql) -> Array;
    #[wasm_bindgen(method, getter, js_name = rowsRead)]
    fn rows_read(this: &Sql) -> f64;
    #[wasm_bindgen(method, getter, js_name = rowsWritten)]
    fn rows_written(this: &Sql) -> f64;
}

pub(super) struct Database(Sql);

impl Database {
    pub(super) fn new(state: &State) -> Self {
        Self(Sql::new(state))
    }

    pub(super) fn run(&self, statement: &str, values: &[Value<'_>]) -> Result<u64> {
        self.0
            .run(statement, bind(values))
            .map(|written| written as u64)
            .map_err(|thrown| failed(&thrown, statement))
    }

    pub(super) fn query(
        &self,
        statement: &str,
        values: &[Value<'_>],
        visit: &mut dyn FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let rows = self
            .0
            .query(statement, bind(values))
            .map_err(|thrown| failed(&thrown, statement))?;
        for index in 0..rows.length() {
            let cells = rows.get(index).unchecked_into();
            visit(&Row::new(&Columns {
                cells,
                sql: &self.0,
            }))?;
        }
        Ok(())
    }

    pub(super) fn usage(&self) -> Usage {
        Usage {
            rows_read: self.0.rows_read() as u64,
            rows_written: self.0.rows_written() as u64,
        }
    }
}

fn bind(values: &[Value<'_>]) -> Array {
    values
        .iter()
        .map(|value| match value {
            Value::Null => JsValue::NULL,
            Value::Integer(integer) => JsValue::from_f64(*integer as f64),
            Value::Real(real) => JsValue::from_f64(*real),
            Value::Text(text) => JsValue::from_str(text),
            Value::Blob(bytes) => Uint8Array::from(&**bytes).into(),
        })
        .collect()
}

fn failed(thrown: &JsValue, statement: &str) -> Error {
    let error = from_js(thrown);
    // SQLite's own words, without the runtime's code behind them.
    let message = error
        .message()
        .split(": SQLITE_")
        .next()
        .unwrap_or_default();
    Error::new(ErrorKind::Sql, format!("{message}: {statement}"))
}

pub(crate) struct Columns<'a> {
    cells: Array,
    sql: &'a Sql,
}

impl Columns<'_> {
    pub(crate) fn len(&self) -> usize {
        self.cells.length() as usize
    }

    /// The column's name in the query that ran last.
    pub(crate) fn name(&self, index: usize) -> String {
        self.sql
            .names()
            .get(index as u32)
            .as_string()
            .unwrap_or_default()
    }

    pub(crate) fn cell(&self, index: usize) -> Cell<'_> {
        Cell {
            value: self.cells.get(index as u32),
            row: PhantomData,
        }
    }
}

/// One column of a row.
pub struct Cell<'a> {
    value: JsValue,
    row: PhantomData<&'a ()>,
}

impl Cell<'_> {
    /// Whether it is NULL.
    pub fn is_null(&self) -> bool {
        self.value.is_null()
    }

    /// The integer in it.
    ///
    /// # Errors
    ///
    /// It holds something else, or an integer beyond ±(2^53 - 1).
    pub fn integer(&self) -> Result<i64> {
        let number = self
            .value
            .as_f64()
            .ok_or_else(|| self.is_not("an integer"))?;
        let integer = number as i64;
        if integer as f64 != number || integer.unsigned_abs() >= 1 << 53 {
            return Err(Error::sql(format!(
                "{number} is not an integer within ±(2^53 - 1)"
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
        self.value.as_f64().ok_or_else(|| self.is_not("a number"))
    }

    /// The text in it.
    ///
    /// # Errors
    ///
    /// It holds something else.
    pub fn text(&self) -> Result<String> {
        self.value.as_string().ok_or_else(|| self.is_not("text"))
    }

    /// The bytes in it.
    ///
    /// # Errors
    ///
    /// It holds something else.
    pub fn blob(&self) -> Result<Vec<u8>> {
        let buffer: &ArrayBuffer = self.value.dyn_ref().ok_or_else(|| self.is_not("bytes"))?;
        Ok(Uint8Array::new(buffer).to_vec())
    }

    fn is_not(&self, expected: &str) -> Error {
        let found = match () {
            () if self.value.is_null() => "NULL",
            () if self.value.is_string() => "text",
            () if self.value.as_f64().is_some() => "a number",
            () => "bytes",
        };
        Error::sql(format!("{found} is stored, and {expected} is read"))
    }
}
