//! The Worker's own fetch handler.

use wasm_bindgen::prelude::*;

use super::error::from_js;
use super::executor::answer;
use super::http::{self, to_js_response};
use super::rpc::unbound;
use crate::entry::front::{Front, Next, next};
use crate::entry::route::{Found, Route, find, nothing};
use crate::env::{Env, missing};
use crate::error::{Error, Result};
use crate::request::{Request, bad_url, uri};
use crate::turn::Turn;

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
    let found = path.and_then(|path| {
        let found = find(routes, &path, || http::head(request))?;
        found.ok_or_else(|| nothing(&path))
    });
    match found {
        Ok(found) => to_object(&env, &found, request),
        Err(error) => http::refuse(&error),
    }
}

fn to_object(env: &JsValue, found: &Found, request: &web_sys::Request) -> Result<JsValue, JsValue> {
    let Found {
        route,
        name,
        may_upgrade,
    } = found;
    match forward(env, route.binding, name, request, *may_upgrade)? {
        promise if promise.is_undefined() => http::refuse(&unbound(route.binding)),
        promise => Ok(promise),
    }
}

/// The same with what happens to a request besides the routes.
///
/// # Errors
///
/// Those of [`fetch`].
pub fn front(
    front: &'static Front,
    request: web_sys::Request,
    env: JsValue,
) -> Result<JsValue, JsValue> {
    let whole = match http::incoming(&request) {
        Ok(whole) => whole,
        Err(error) => return http::refuse(&error),
    };
    let turn = Turn::start(async move {
        let bindings = Env(env.clone());
        let next = next(front, &bindings, whole, normalised).await;
        // What nobody could change goes on as it came.
        let sent = |changed: Request| match front.before {
            None => Ok(Clone::clone(&request)),
            Some(_) => http::changed(&request, changed),
        };
        let answered = match next {
            Next::Object(found, changed) => to_object(&env, &found, &sent(changed)?),
            Next::Assets(binding, head) => {
                match ask(&env, binding, &http::changed(&request, head)?) {
                    Ok(promise) if promise.is_undefined() => http::refuse(&no_assets(binding)),
                    answered => answered,
                }
            }
            Next::Nobody(response) => return to_js_response(response),
        };
        answered.map_err(|thrown| from_js(&thrown))
    });
    answer(turn, Ok)
}

/// The error if the Worker has no such binding.
fn no_assets(binding: &str) -> Error {
    missing(
        "static assets binding",
        binding,
        &format!("add `binding = \"{binding}\"` to [assets] in wrangler.toml"),
    )
}

/// The request with its URL as the URL standard writes it.
fn normalised(mut request: Request) -> Result<Request> {
    let given = request.uri().to_string();
    let url = canonical_url(&given).ok_or_else(|| bad_url("it is not one"))?;
    if url != given {
        *request.uri_mut() = uri(&url)?;
    }
    Ok(request)
}

#[wasm_bindgen(module = "/src/backend/worker/glue.js")]
extern "C" {
    /// The path of the URL, normalized by the URL standard; none if it is not a URL.
    #[wasm_bindgen(js_name = pathOf)]
    fn path_of(request: &web_sys::Request) -> Option<String>;
    /// The same of a text, and all of the URL.
    #[wasm_bindgen(js_name = canonicalUrl)]
    fn canonical_url(url: &str) -> Option<String>;
    /// Sends the request to a service; returns undefined without a binding.
    #[wasm_bindgen(catch)]
    fn ask(env: &JsValue, binding: &str, request: &web_sys::Request) -> Result<JsValue, JsValue>;
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
