//! The history of an object's storage: points in time to go back to.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::rpc::settled;
use super::state::{State, state};
use crate::env::no_history;
use crate::error::Result;
use crate::platform::Platform;
use crate::time::Timestamp;

#[wasm_bindgen(module = "/src/backend/worker/glue.js")]
extern "C" {
    /// The bookmark of now, or of a time.
    #[wasm_bindgen(catch)]
    fn bookmark(state: &State, millis: Option<f64>) -> Result<Promise, JsValue>;
    /// Goes back to a bookmark, by ending the object.
    #[wasm_bindgen(catch, js_name = goBack)]
    fn go_back(state: &State, bookmark: &str) -> Result<Promise, JsValue>;
}

pub(super) async fn bookmark_of(object: &dyn Platform, at: Option<Timestamp>) -> Result<String> {
    let millis = at.map(|at| at.as_millis() as f64);
    let found = settled(bookmark(state(object)?, millis)).await?;
    let text = found.as_string().unwrap_or_default();
    // A local runtime returns zeros for now, and can't go back to them.
    match text.trim_matches(['0', '-']).is_empty() {
        true => Err(no_history()),
        false => Ok(text),
    }
}

pub(super) async fn restore(object: &dyn Platform, bookmark: &str) -> Result<()> {
    settled(go_back(state(object)?, bookmark)).await.map(drop)
}
