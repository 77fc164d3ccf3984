//! Converts values between JavaScript's form and the framework's, each way in one call.

use wasm_bindgen::prelude::*;

use crate::wire::Packed;
use crate::wire::packed::{FALSE, NULL, NUMBER, TEXT, TRUE, UNDEFINED};

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
pub(super) fn to_js(value: &Packed) -> JsValue {
    match value.values() {
        [UNDEFINED] => JsValue::UNDEFINED,
        [NULL] => JsValue::NULL,
        [FALSE] => JsValue::FALSE,
        [TRUE] => JsValue::TRUE,
        [NUMBER, number] => JsValue::from_f64(*number),
        [TEXT, _] => JsValue::from_str(&value.texts),
        _ => {
            let (texts, bytes) = parts(value);
            unpacked(&value.cells, texts, bytes)
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
pub(super) fn from_js(value: JsValue) -> Packed {
    from_parts(packed(value), packed_texts(), packed_bytes())
}

/// The cell with how many of the bytes are the texts: the glue sends long ones so.
const ENCODED: usize = 3;

/// The values of a call, packed by the glue.
pub(super) fn from_parts(cells: Vec<f64>, texts: Option<String>, bytes: Option<Vec<u8>>) -> Packed {
    let mut bytes = bytes.unwrap_or_default();
    let encoded = cells.get(ENCODED).map_or(0, |encoded| *encoded as usize);
    let mut texts = texts.unwrap_or_default();
    if encoded > 0 {
        let others = bytes.split_off(encoded.min(bytes.len()));
        let encoded = std::mem::replace(&mut bytes, others);
        texts = String::from_utf8(encoded).unwrap_or_default();
    }
    Packed {
        cells,
        texts,
        bytes,
    }
}
