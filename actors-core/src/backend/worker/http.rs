//! Converts requests and responses between the platform's types and the `http` crate's.

use std::fmt::Display;

use http_body_util::BodyExt as _;
use wasm_bindgen::prelude::*;
use worker::js_sys::{Array, Uint8Array};
use worker::web_sys;

use super::error::{from_js, to_js};
use super::executor::answer;
use crate::error::{Error, Result};
use crate::platform::{Host, Upgrade};
use crate::request::{self, Body, Request, Response, bad_url, error_response};

#[wasm_bindgen(module = "/src/backend/worker/glue.js")]
extern "C" {
    /// The request, or a copy, with its URL normalized by the URL standard; none if it has
    /// no valid form.
    fn normalised(request: &web_sys::Request) -> Option<web_sys::Request>;
    #[wasm_bindgen(js_name = withoutUpgrade)]
    pub(super) fn without_upgrade(request: &web_sys::Request) -> web_sys::Request;
}

/// A request from outside, and its URL.
pub(super) fn open(request: &web_sys::Request) -> Result<(web_sys::Request, ::http::Uri)> {
    let request = normalised(request).ok_or_else(|| bad_url("it is not one"))?;
    let uri = request::uri(&request.url())?;
    Ok((request, uri))
}

/// A request to the actor.
pub(super) fn handle(
    object: &impl Host,
    opens_sockets: bool,
    request: &web_sys::Request,
) -> Result<JsValue, JsValue> {
    let (request, uri) = match open(request) {
        Ok(opened) => opened,
        Err(error) => return refuse(&error),
    };
    // So an actor without web sockets does not include their code.
    if opens_sockets {
        let asked = request.headers().get("upgrade").ok().flatten();
        if object.is_upgrade(uri.path(), asked.as_deref()) {
            return upgrade(object, &request);
        }
    }
    let turn = match from_js_request(request) {
        Ok(request) => object.fetch(request),
        Err(error) => return refuse(&error),
    };
    match turn {
        Some(turn) => answer(turn, to_js_response),
        None => Err(to_js(&Error::not_found("the actor answers no requests"))),
    }
}

/// Responds to a request that is refused outright.
pub(super) fn refuse(error: &Error) -> Result<JsValue, JsValue> {
    to_js_response(error_response(error)).map_err(|error| to_js(&error))
}

/// A request for a web socket.
fn upgrade(object: &impl Host, request: &web_sys::Request) -> Result<JsValue, JsValue> {
    let head = match head(request) {
        Ok(head) => head,
        Err(error) => return refuse(&error),
    };
    let turn = object.upgrade(head.map(Body::from));
    answer(turn, to_js_upgrade)
}

fn to_js_upgrade(upgrade: Upgrade) -> Result<JsValue> {
    match upgrade {
        Upgrade::Open(accepted) => Ok(accepted.downcast().unwrap_or_default()),
        Upgrade::Refused(refusal) => to_js_response(refusal),
    }
}

fn from_js_request(request: web_sys::Request) -> Result<Request> {
    let request = worker::request_from_wasm(request).map_err(unreadable)?;
    Ok(request.map(body))
}

/// The request without its body, which stays with JavaScript.
pub(super) fn head(request: &web_sys::Request) -> Result<::http::Request<()>> {
    let mut head = ::http::Request::builder()
        .method(&*request.method())
        .uri(request.url());
    for entry in request.headers().entries() {
        let entry: Array = entry.map_err(|thrown| from_js(&thrown))?.unchecked_into();
        let text = |index| entry.get(index).as_string().unwrap_or_default();
        head = head.header(text(0), text(1));
    }
    head.body(()).map_err(unreadable)
}

/// The error for a request with a header that HTTP does not allow, but the runtime lets
/// through.
fn unreadable(error: impl Display) -> Error {
    Error::invalid(format!("the request can't be read: {error}"))
}

pub(super) fn from_js_response(response: JsValue) -> Result<Response> {
    Ok(worker::response_from_wasm(response.unchecked_into())?.map(body))
}

fn body(body: worker::Body) -> Body {
    if http_body::Body::is_end_stream(&body) {
        Body::empty()
    } else {
        Body::stream(body.map_err(Error::from))
    }
}

pub(super) fn to_js_response(response: Response) -> Result<JsValue> {
    let (head, body) = response.into_parts();
    let bytes = match body.into_full() {
        Ok(bytes) => bytes,
        Err(stream) => {
            return Ok(
                worker::response_to_wasm(::http::Response::from_parts(head, stream))?.into(),
            );
        }
    };
    let thrown = |thrown| from_js(&thrown);
    let headers = web_sys::Headers::new().map_err(thrown)?;
    for (name, value) in &head.headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        headers.append(name.as_str(), &value).map_err(thrown)?;
    }
    let init = web_sys::ResponseInit::new();
    init.set_status(head.status.as_u16());
    init.set_headers(&headers);
    let body = (!bytes.is_empty()).then(|| Uint8Array::from(&*bytes));
    web_sys::Response::new_with_opt_js_u8_array_and_init(body.as_ref(), &init)
        .map(Into::into)
        .map_err(thrown)
}
