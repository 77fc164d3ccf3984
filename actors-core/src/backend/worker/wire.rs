//! Between JavaScript's own values and the framework's form of them.

use wasm_bindgen::prelude::*;
use worker::js_sys::{Array, ArrayBuffer, Date, Map, Object, Reflect, Uint8Array};

use crate::wire::Wire;

/// The value for JavaScript.
pub(super) fn to_js(wire: Wire) -> JsValue {
    match wire {
        Wire::Undefined | Wire::Other(_) => JsValue::UNDEFINED,
        Wire::Null => JsValue::NULL,
        Wire::Bool(flag) => flag.into(),
        Wire::Number(number) => number.into(),
        Wire::BigInt(integer) => integer.into(),
        Wire::Text(text) => text.into(),
        Wire::Date(millis) => Date::new(&millis.into()).into(),
        Wire::Bytes(bytes) => Uint8Array::from(&*bytes).into(),
        Wire::List(values) => values.into_iter().map(to_js).collect::<Array>().into(),
        Wire::Object(fields) => {
            let object = Object::new();
            for (key, value) in fields {
                // Setting a property of a new plain object does not fail.
                let _ = Reflect::set(&object, &key.into(), &to_js(value));
            }
            object.into()
        }
    }
}

/// How deep a value may be nested, as in JSON: a caller must not exhaust the stack.
const MAX_DEPTH: u32 = 128;

/// A value of JavaScript's.
pub(super) fn from_js(value: JsValue) -> Wire {
    nested(value, 0)
}

fn nested(value: JsValue, depth: u32) -> Wire {
    if let Some(number) = value.as_f64() {
        Wire::Number(number)
    } else if let Some(text) = value.as_string() {
        Wire::Text(text)
    } else if let Some(flag) = value.as_bool() {
        Wire::Bool(flag)
    } else if value.is_undefined() {
        Wire::Undefined
    } else if value.is_null() {
        Wire::Null
    } else if value.is_bigint() {
        i128::try_from(value).map_or_else(|_| Wire::Other("a huge BigInt".into()), Wire::BigInt)
    } else {
        from_object(&value, depth + 1)
    }
}

fn from_object(value: &JsValue, depth: u32) -> Wire {
    if depth > MAX_DEPTH {
        Wire::Other(format!("a value nested more than {MAX_DEPTH} deep"))
    } else if let Some(list) = value.dyn_ref::<Array>() {
        Wire::List(list.iter().map(|value| nested(value, depth)).collect())
    } else if let Some(date) = value.dyn_ref::<Date>() {
        Wire::Date(date.get_time())
    } else if let Some(bytes) = value.dyn_ref::<Uint8Array>() {
        Wire::Bytes(bytes.to_vec())
    } else if let Some(buffer) = value.dyn_ref::<ArrayBuffer>() {
        Wire::Bytes(Uint8Array::new(buffer).to_vec())
    } else if let Some(map) = value.dyn_ref::<Map>() {
        from_entries(&Array::from(map), depth)
    } else if is_plain(value) {
        from_entries(&Object::entries(value.unchecked_ref()), depth)
    } else {
        Wire::Other(format!("{value:?}"))
    }
}

/// Whether it is an object that was written as `{…}`.
fn is_plain(value: &JsValue) -> bool {
    value.is_object() && Object::get_prototype_of(value) == Object::get_prototype_of(&Object::new())
}

fn from_entries(entries: &Array, depth: u32) -> Wire {
    let fields = entries.iter().map(|entry| {
        let entry: Array = entry.unchecked_into();
        let key = entry.get(0);
        Some((key.as_string()?, nested(entry.get(1), depth)))
    });
    match fields.collect() {
        Some(fields) => Wire::Object(fields),
        None => Wire::Other("a Map with keys that are not text".into()),
    }
}
