//! Converts values between JavaScript's form and the framework's, each way in one call.

use wasm_bindgen::prelude::*;

use crate::wire::{Packed, Wire};

#[wasm_bindgen(module = "/src/backend/worker/glue.js")]
extern "C" {
    /// The packed value.
    fn unpacked(cells: &[f64], texts: Option<&str>, bytes: Option<&[u8]>) -> JsValue;
    /// Packs the value, and returns its cells; `packed_texts` and `packed_bytes` have the rest.
    fn packed(value: JsValue) -> Vec<f64>;
    #[wasm_bindgen(js_name = packedTexts)]
    fn packed_texts() -> Option<String>;
    #[wasm_bindgen(js_name = packedBytes)]
    fn packed_bytes() -> Option<Vec<u8>>;
}

/// The value for JavaScript.
pub(super) fn to_js(value: Wire) -> JsValue {
    match value {
        Wire::Undefined | Wire::Other(_) => JsValue::UNDEFINED,
        Wire::Null => JsValue::NULL,
        Wire::Bool(flag) => flag.into(),
        Wire::Number(number) => number.into(),
        Wire::Text(text) => text.into(),
        value => {
            let packed = Packed::of(&[value]);
            let (texts, bytes) = parts(&packed);
            unpacked(&packed.cells, texts, bytes)
        }
    }
}

/// The texts and the bytes, if there are any.
pub(super) fn parts(packed: &Packed) -> (Option<&str>, Option<&[u8]>) {
    let (texts, bytes) = (&*packed.texts, &*packed.bytes);
    (
        (!texts.is_empty()).then_some(texts),
        (!bytes.is_empty()).then_some(bytes),
    )
}

/// A JavaScript value.
pub(super) fn from_js(value: JsValue) -> Wire {
    let cells = packed(value);
    // A value without texts and bytes has at most two cells.
    let (texts, bytes) = match cells.len() > 1 {
        true => (packed_texts(), packed_bytes()),
        false => (None, None),
    };
    from_parts(cells, texts, bytes).pop().unwrap_or_default()
}

/// The values of a call, packed by the glue.
pub(super) fn from_parts(
    cells: Vec<f64>,
    texts: Option<String>,
    bytes: Option<Vec<u8>>,
) -> Vec<Wire> {
    let packed = Packed {
        cells,
        texts: texts.unwrap_or_default(),
        bytes: bytes.unwrap_or_default(),
    };
    packed.unpack()
}
