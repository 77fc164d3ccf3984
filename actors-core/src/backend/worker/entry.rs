//! The Worker's own fetch handler.

use std::cell::OnceCell;

use wasm_bindgen::prelude::*;
use worker::web_sys;

use super::http;
use super::rpc::Target;
use crate::entry::{Found, Route, Routes};
use crate::env::Env;
use crate::error::Result;

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
    thread_local! {
        static ROUTES: OnceCell<Result<Routes>> = const { OnceCell::new() };
    }
    let found = ROUTES.with(|cell| match cell.get_or_init(|| Routes::new(routes)) {
        Ok(routes) => find(routes, request),
        Err(error) => Err(error.clone()),
    });
    let env: Env = env.unchecked_into();
    let target = |(request, found): (_, Found)| {
        let target = Target::bound(&env, found.binding, &found.name)?;
        Ok((request, target))
    };
    match found.and_then(target) {
        Ok((request, target)) => target.forward(&request).map(Into::into),
        Err(error) => http::refuse(&error),
    }
}

/// The instance that a request is for, and the request to pass on: with the URL that named
/// the instance.
fn find(routes: &Routes, request: &web_sys::Request) -> Result<(web_sys::Request, Found)> {
    let (request, uri) = http::open(request)?;
    let found = routes.find(uri.path(), || http::head(&request))?;
    let request = match found.may_upgrade {
        true => request,
        false => http::without_upgrade(&request),
    };
    Ok((request, found))
}
