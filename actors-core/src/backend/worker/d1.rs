//! D1 databases.

use std::rc::Rc;

use js_sys::futures::JsFuture;
use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::prelude::*;

use super::error::{from_js, sqlite_message};
use super::sql::cells_of;
use crate::bindings::QueryMeta;
use crate::bindings::database::{D1, Query};
use crate::error::{Error, Result};
use crate::sql::Value;
use crate::sql::cell::{ColumnNames, Rows};
use crate::sql::parameters::cast_integers;
use crate::turn::BoxFuture;

#[wasm_bindgen(module = "/src/backend/worker/d1.js")]
extern "C" {
    #[derive(Clone)]
    type Database;
    #[wasm_bindgen(js_name = databaseOf)]
    fn database_of(env: &JsValue, name: &str) -> Option<Database>;
    fn run(database: &Database, statement: Array) -> Promise;
    fn all(database: &Database, statement: Array) -> Promise;
    fn batch(database: &Database, statements: Array) -> Promise;

    type Answer;
    #[wasm_bindgen(method, getter)]
    fn width(this: &Answer) -> usize;
    #[wasm_bindgen(method, getter)]
    fn names(this: &Answer) -> String;
    #[wasm_bindgen(method, getter)]
    fn cells(this: &Answer) -> Vec<f64>;
    #[wasm_bindgen(method, getter)]
    fn texts(this: &Answer) -> String;
    #[wasm_bindgen(method, getter)]
    fn blobs(this: &Answer) -> Vec<u8>;
    #[wasm_bindgen(method, getter)]
    fn meta(this: &Answer) -> Vec<f64>;
}

pub(super) fn database(env: &JsValue, name: &str) -> Option<Rc<dyn D1>> {
    Some(Rc::new(database_of(env, name)?))
}

impl D1 for Database {
    fn run(&self, query: Query) -> BoxFuture<'static, Result<QueryMeta>> {
        let done = answer(run(self, to_js(&query)));
        Box::pin(async { Ok(meta(&done.await?.unchecked_into())) })
    }

    fn all(&self, query: Query) -> BoxFuture<'static, Result<Rows<'static>>> {
        let done = answer(all(self, to_js(&query)));
        Box::pin(async { Ok(rows(&done.await?.unchecked_into())) })
    }

    fn batch(
        &self,
        queries: Vec<Query>,
    ) -> BoxFuture<'static, Result<Vec<(Rows<'static>, QueryMeta)>>> {
        let statements: Array = queries.iter().map(to_js).collect();
        let done = answer(batch(self, statements));
        Box::pin(async {
            let answers: Array = done.await?.unchecked_into();
            let answers = answers.iter().map(JsCast::unchecked_into);
            Ok(answers
                .map(|answer| (rows(&answer), meta(&answer)))
                .collect())
        })
    }
}

/// What a request came to, or SQLite's message.
async fn answer(promise: Promise) -> Result<JsValue> {
    JsFuture::from(promise).await.map_err(|thrown| {
        let error = from_js(&thrown);
        let message = error.message().trim_start_matches("D1_ERROR: ");
        Error::sql(sqlite_message(message))
    })
}

/// The statement and its values, with integers as in the object's own database.
fn to_js(query: &Query) -> Array {
    let is_integer = |value: &Value<'_>| matches!(value, Value::Integer(_));
    let places = query.values.iter().enumerate();
    let integers = places
        .filter(|(_, value)| is_integer(value))
        .fold(0, |bits, (place, _)| {
            bits | 1_u128.checked_shl(place as u32).unwrap_or_default()
        });
    let text = match integers {
        0 => JsValue::from_str(&query.text),
        _ => cast_integers(&query.text, integers).into(),
    };
    let values = query.values.iter().map(value_to_js);
    std::iter::once(text).chain(values).collect()
}

fn value_to_js(value: &Value<'_>) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        Value::Integer(integer) => JsValue::from_f64(*integer as f64),
        Value::Real(real) => JsValue::from_f64(*real),
        Value::Text(text) => JsValue::from_str(text),
        Value::Blob(bytes) => Uint8Array::from(&**bytes).into(),
    }
}

fn rows(answer: &Answer) -> Rows<'static> {
    let texts = answer.texts();
    let names = answer
        .names()
        .split('\0')
        .map(str::to_owned)
        .collect::<Vec<_>>();
    Rows {
        width: answer.width(),
        cells: cells_of(&answer.cells(), &texts),
        texts,
        blobs: answer.blobs(),
        names: ColumnNames::new(names),
    }
}

fn meta(answer: &Answer) -> QueryMeta {
    let numbers = answer.meta();
    let number = |index: usize| numbers.get(index).copied().unwrap_or_default();
    QueryMeta {
        rows_read: number(0) as u64,
        rows_written: number(1) as u64,
        changes: number(2) as u64,
        last_row_id: number(3) as i64,
    }
}
