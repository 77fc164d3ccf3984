//! Bodies that are arguments or answers of calls: streams of the runtime's.

use wasm_bindgen::prelude::*;

use super::{http, network};
use crate::request::{Body, Response};

#[wasm_bindgen(module = "/src/backend/worker/glue.js")]
extern "C" {
    /// Keeps the body until it is unpacked, by the ticket that this returns.
    #[wasm_bindgen(js_name = keepStream)]
    fn keep_stream(response: &JsValue) -> String;
    /// The next stream of the values that were packed last, as a response.
    #[wasm_bindgen(js_name = arrivedStream)]
    fn arrived_stream() -> Option<web_sys::Response>;
}

/// Sends a body beside the values of a call, and returns its ticket.
pub(crate) fn send(body: Body) -> String {
    let response = http::to_js_response(Response::new(body));
    response.map_or_else(|_| String::new(), |response| keep_stream(&response))
}

/// The body of a ticket: JavaScript takes all of them.
pub(crate) fn claim(_: &[u8]) -> Option<Body> {
    None
}

/// The next stream of the call that is being read.
pub(crate) fn arrived() -> Option<Body> {
    let response = arrived_stream()?;
    Some(network::arriving(response, std::convert::identity, None))
}
