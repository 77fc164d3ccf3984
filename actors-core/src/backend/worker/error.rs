//! Converts errors between our form and JavaScript's.

use wasm_bindgen::prelude::*;

use crate::error::{Error, ErrorKind};

#[wasm_bindgen(module = "/src/backend/worker/glue.js")]
extern "C" {
    /// A JavaScript error with the name of our kind.
    fn failure(name: &str, message: &str) -> JsValue;
}

/// The error as a JavaScript error, whose `name` is the kind.
pub(super) fn to_js(error: &Error) -> JsValue {
    failure(error.kind().name(), error.message())
}

/// What JavaScript threw, as our error: its `name` is the kind, if it is one of ours.
/// Another process sends an `Error` with the text of the one that was thrown there.
pub(super) fn from_js(thrown: &JsValue) -> Error {
    let property = |name| js_sys::Reflect::get(thrown, &JsValue::from_str(name)).ok();
    let flag = |name| property(name).is_some_and(|value| value.is_truthy());
    let text = |name| property(name).and_then(|value| value.as_string());
    let name = text("name").unwrap_or_default();
    let message = text("message").or_else(|| thrown.as_string());
    let message = message.unwrap_or_else(|| format!("{thrown:?}"));
    if name == "Error"
        && flag("remote")
        && let Some((kind, message)) = ErrorKind::from_text(&message)
    {
        return Error::new(kind, message);
    }
    let kind = match ErrorKind::from_name(&name) {
        Some(kind) => kind,
        None if flag("overloaded") => ErrorKind::Overloaded,
        None if flag("retryable") || flag("durableObjectReset") => ErrorKind::Unavailable,
        None => ErrorKind::Internal,
    };
    Error::new(kind, message)
}

/// SQLite's own message, without the runtime's code after it.
pub(super) fn sqlite_message(message: &str) -> &str {
    const CODE: &[u8] = b": SQLITE_";
    let mut parts = message.as_bytes().windows(CODE.len());
    let end = parts.position(|part| part == CODE);
    end.and_then(|end| message.get(..end)).unwrap_or(message)
}

#[cfg(feature = "worker")]
impl From<worker::Error> for Error {
    fn from(error: worker::Error) -> Self {
        Self::internal(error.to_string())
    }
}
