//! The Worker's own fetch handler.

use wasm_bindgen::prelude::*;
use worker::web_sys;

use super::http;
use super::rpc::unbound;
use crate::entry::{Found, Route, find};
use crate::error::Result;
use crate::request::bad_url;

/// Passes the request to its instance. The promise of the response is returned unchanged,
/// so this Wasm instance need not outlive it.
///
/// # Errors
///
/// What the runtime throws when the object can't be reached.
pub fn fetch(
    routes: &'static [Route],
    request: &web_sys::Request,
    env: JsValue,
) -> Result<JsValue, JsValue> {
    let path = path_of(request).ok_or_else(|| bad_url("it is not one"));
    let found = path.and_then(|path| find(routes, &path, || http::head(request)));
    let found = match found {
        Ok(found) => found,
        Err(error) => return http::refuse(&error),
    };
    let Found {
        binding,
        name,
        may_upgrade,
    } = found;
    match forward(&env, binding, &name, request, may_upgrade)? {
        promise if promise.is_undefined() => http::refuse(&unbound(binding)),
        promise => Ok(promise),
    }
}

#[wasm_bindgen(module = "/src/backend/worker/glue.js")]
extern "C" {
    /// The path of the URL, normalized by the URL standard; none if it is not a URL.
    #[wasm_bindgen(js_name = pathOf)]
    fn path_of(request: &web_sys::Request) -> Option<String>;
    /// Passes the request on, with the URL that named the instance; returns undefined without a
    /// binding.
    #[wasm_bindgen(catch)]
    fn forward(
        env: &JsValue,
        binding: &str,
        name: &str,
        request: &web_sys::Request,
        may_upgrade: bool,
    ) -> Result<JsValue, JsValue>;
}
