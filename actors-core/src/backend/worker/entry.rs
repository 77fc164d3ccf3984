//! The Worker's own fetch handler.

use std::cell::OnceCell;

use wasm_bindgen::prelude::*;
use worker::web_sys;

use super::rpc::Target;
use super::{Env, http, to_js};
use crate::entry::{Route, Routes};
use crate::error::Result;
use crate::request::error_response;

/// Passes the request to the instance that it is for. The promise of the
/// response goes back as it is: this instance of Wasm need not outlive it.
///
/// # Errors
///
/// What the runtime throws when the object can't be reached.
pub fn fetch(
    routes: &'static [Route],
    request: &web_sys::Request,
    env: JsValue,
) -> Result<JsValue, JsValue> {
    thread_local! {
        static ROUTES: OnceCell<Result<Routes>> = const { OnceCell::new() };
    }
    let found = ROUTES.with(|cell| match cell.get_or_init(|| Routes::new(routes)) {
        Ok(routes) => find(routes, request),
        Err(error) => Err(error.clone()),
    });
    let env: Env = env.unchecked_into();
    match found.and_then(|(binding, name)| Target::bound(&env, binding, &name)) {
        Ok(target) => target.forward(request).map(Into::into),
        Err(error) => http::to_js_response(error_response(&error)).map_err(|error| to_js(&error)),
    }
}

fn find(routes: &Routes, request: &web_sys::Request) -> Result<(&'static str, String)> {
    routes.find(http::uri(request)?.path(), || http::head(request))
}
