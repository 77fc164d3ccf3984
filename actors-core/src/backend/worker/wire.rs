//! Converts between JavaScript's values and the framework's form of them.

use wasm_bindgen::prelude::*;
use worker::js_sys::{Array, ArrayBuffer, Date, Map, Object, Uint8Array};

use crate::error::shortened;
use crate::wire::{Budget, Wire};

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
            let entry = |(key, value): (String, Wire)| Array::of2(&key.into(), &to_js(value));
            let entries: Array = fields.into_iter().map(entry).collect();
            // Defines own properties, whatever their names: setting `__proto__` would do something
            // else.
            Object::from_entries(&entries).map_or(JsValue::UNDEFINED, Into::into)
        }
    }
}

/// The values of a call, or its return value.
pub(super) fn from_js(values: impl IntoIterator<Item = JsValue>) -> Vec<Wire> {
    let mut budget = Budget::default();
    let mut read = |value| nested(value, 0, &mut budget).unwrap_or_else(|instead| instead);
    values.into_iter().map(&mut read).collect()
}

/// A JavaScript value, or the placeholder for one that exceeds the budget.
fn nested(value: JsValue, depth: u32, budget: &mut Budget) -> Result<Wire, Wire> {
    Ok(if let Some(number) = value.as_f64() {
        Wire::Number(number)
    } else if let Some(text) = value.as_string() {
        budget.take_bytes(text.len())?;
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
        Budget::check_depth(depth + 1)?;
        from_object(&value, depth + 1, budget)?
    })
}

fn from_object(value: &JsValue, depth: u32, budget: &mut Budget) -> Result<Wire, Wire> {
    Ok(if let Some(list) = value.dyn_ref::<Array>() {
        // A list may be long but empty.
        budget.take_values(list.length() as usize)?;
        let mut read = |value| nested(value, depth, budget).unwrap_or_else(|instead| instead);
        Wire::List(list.iter().map(&mut read).collect())
    } else if let Some(date) = value.dyn_ref::<Date>() {
        Wire::Date(date.get_time())
    } else if let Some(bytes) = value.dyn_ref::<Uint8Array>() {
        budget.take_bytes(bytes.length() as usize)?;
        Wire::Bytes(bytes.to_vec())
    } else if let Some(buffer) = value.dyn_ref::<ArrayBuffer>() {
        budget.take_bytes(buffer.byte_length() as usize)?;
        Wire::Bytes(Uint8Array::new(buffer).to_vec())
    } else if let Some(map) = value.dyn_ref::<Map>() {
        budget.take_values(map.size() as usize)?;
        from_entries(&Array::from(map), depth, budget)?
    } else if is_plain(value) {
        let entries = Object::entries(value.unchecked_ref());
        budget.take_values(entries.length() as usize)?;
        from_entries(&entries, depth, budget)?
    } else {
        Wire::Other(shortened(&format!("{value:?}")))
    })
}

/// Whether it is a plain object, `{…}`.
fn is_plain(value: &JsValue) -> bool {
    value.is_object() && Object::get_prototype_of(value) == Object::get_prototype_of(&Object::new())
}

fn from_entries(entries: &Array, depth: u32, budget: &mut Budget) -> Result<Wire, Wire> {
    let mut fields = Vec::with_capacity(entries.length() as usize);
    for entry in entries.iter() {
        let entry: Array = entry.unchecked_into();
        let Some(key) = entry.get(0).as_string() else {
            return Ok(Wire::Other("a Map with keys that are not text".into()));
        };
        budget.take_bytes(key.len())?;
        let value = nested(entry.get(1), depth, budget).unwrap_or_else(|instead| instead);
        fields.push((key, value));
    }
    Ok(Wire::Object(fields))
}
