//! Converts requests and responses between the platform's types and the `http` crate's. A
//! head is passed in one call, and a body when it is read.

use std::any::Any;
use std::fmt::Display;
use std::pin::Pin;
use std::rc::Rc;

use ::http::{Method, StatusCode};
use bytes::Bytes;
use http_body_util::BodyExt as _;
use send_wrapper::SendWrapper;
use wasm_bindgen::prelude::*;
use worker::js_sys::{Promise, Uint8Array};
use worker::wasm_bindgen_futures::JsFuture;
use worker::web_sys;

use super::error::{from_js, to_js};
use super::executor::answer;
use crate::error::{Error, Result};
use crate::object::Object;
use crate::platform::{Host as _, Upgrade};
use crate::request::{self, Body, Incoming, Request, Response, Upgraded, bad_url, error_response};
use crate::turn::BoxFuture;

#[wasm_bindgen(module = "/src/backend/worker/glue.js")]
extern "C" {
    /// The method, the URL normalized by the URL standard, and the headers, one line each; none if
    /// the URL is invalid.
    #[wasm_bindgen(js_name = headOfRequest)]
    fn head_of_request(request: &web_sys::Request) -> Option<String>;
    /// Whether there is a body, the status, and the headers.
    #[wasm_bindgen(js_name = headOfResponse)]
    fn head_of_response(response: &JsValue) -> String;
    #[wasm_bindgen(js_name = bytesOf)]
    fn bytes_of(body: &JsValue) -> Promise;
    #[wasm_bindgen(catch)]
    fn respond(status: u16, headers: Option<&str>, body: Option<&[u8]>)
    -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_name = newRequest)]
    fn new_request(
        method: &str,
        url: &str,
        headers: Option<&str>,
        body: Option<&[u8]>,
    ) -> Result<web_sys::Request, JsValue>;
    #[wasm_bindgen(catch, js_name = changedRequest)]
    fn changed_request(
        original: &web_sys::Request,
        method: &str,
        url: &str,
        headers: Option<&str>,
        body: Option<&[u8]>,
        source: &JsValue,
    ) -> Result<web_sys::Request, JsValue>;
}

/// A request to the actor, with its body if the glue has read it.
pub(super) fn handle<const SOCKETS: bool>(
    object: &Object,
    request: &web_sys::Request,
    body: Option<Vec<u8>>,
) -> Result<JsValue, JsValue> {
    let head = match head(request) {
        Ok(head) => head,
        Err(error) => return refuse(&error),
    };
    // So an actor without web sockets does not include their code.
    if SOCKETS {
        let asked = head.headers().get(::http::header::UPGRADE);
        let asked = asked.and_then(|asked| asked.to_str().ok());
        if object.is_upgrade(head.uri().path(), asked) {
            return answer(object.upgrade(head.map(Body::from)), to_js_upgrade);
        }
    }
    let body = match body {
        Some(body) => Body::from(body),
        None => body_of(&head, request),
    };
    match object.fetch(head.map(|()| body)) {
        Some(turn) => answer(turn, to_js_response),
        None => Err(to_js(&Error::not_found("the actor answers no requests"))),
    }
}

/// A request to the Worker.
pub(super) fn incoming(request: &web_sys::Request) -> Result<Request> {
    let head = head(request)?;
    let body = body_of(&head, request);
    Ok(head.map(|()| body))
}

fn body_of(head: &::http::Request<()>, request: &web_sys::Request) -> Body {
    match has_body(head, request) {
        true => Body::incoming(JsBody::Request(Clone::clone(request))),
        false => Body::empty(),
    }
}

/// Responds to a request that is refused outright.
pub(super) fn refuse(error: &Error) -> Result<JsValue, JsValue> {
    to_js_response(error_response(error)).map_err(|error| to_js(&error))
}

fn to_js_upgrade(upgrade: Upgrade) -> Result<JsValue> {
    match upgrade {
        Upgrade::Open(accepted) => Ok(accepted.downcast().unwrap_or_default()),
        Upgrade::Refused(refusal) => to_js_response(refusal),
    }
}

/// Whether the request has a body. Asking makes the runtime create a stream for it.
fn has_body(head: &::http::Request<()>, request: &web_sys::Request) -> bool {
    !matches!(*head.method(), Method::GET | Method::HEAD) && request.body().is_some()
}

/// The request without its body, which stays in JavaScript.
pub(super) fn head(request: &web_sys::Request) -> Result<::http::Request<()>> {
    let head = head_of_request(request).ok_or_else(|| bad_url("it is not one"))?;
    let mut lines = head.split('\n');
    let mut next = || lines.next().unwrap_or_default();
    let (method, url) = (next(), next());
    let mut head = ::http::Request::builder()
        .method(method)
        .uri(request::uri(url)?);
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        head = head.header(name, value);
    }
    head.body(()).map_err(unreadable)
}

/// The error for a request with a header that HTTP does not allow, but the runtime lets
/// through.
fn unreadable(error: impl Display) -> Error {
    Error::invalid(format!("the request can't be read: {error}"))
}

/// A body in JavaScript.
pub(super) enum JsBody {
    Request(web_sys::Request),
    Response(web_sys::Response),
}

/// How many bytes the body of a response has, if its headers say so.
pub(super) fn length(response: &web_sys::Response) -> Option<u64> {
    let header = |name| response.headers().get(name).ok().flatten();
    // The runtime decompresses it, and leaves the header as it was.
    let is_as_sent = header("content-encoding").is_none();
    let length = header("content-length").filter(|_| is_as_sent)?;
    length.parse().ok()
}

impl JsBody {
    /// How many bytes it has, if its headers say so.
    pub(super) fn length(&self) -> Option<u64> {
        let headers = match self {
            Self::Request(request) => request.headers(),
            Self::Response(response) => return length(response),
        };
        headers.get("content-length").ok()??.parse().ok()
    }
}

impl Incoming for JsBody {
    fn bytes(self: Box<Self>) -> BoxFuture<'static, Result<Bytes>> {
        let reading = bytes_of(match &*self {
            Self::Request(request) => request,
            Self::Response(response) => response,
        });
        Box::pin(async {
            let bytes = JsFuture::from(reading).await;
            let bytes = bytes.map_err(|thrown| from_js(&thrown))?;
            Ok(bytes.unchecked_into::<Uint8Array>().to_vec().into())
        })
    }

    fn stream(&mut self) -> Pin<Box<dyn http_body::Body<Data = Bytes, Error = Error>>> {
        let body = match self {
            Self::Request(request) => {
                worker::request_from_wasm(Clone::clone(request)).map(::http::Request::into_body)
            }
            Self::Response(response) => {
                worker::response_from_wasm(Clone::clone(response)).map(::http::Response::into_body)
            }
        };
        match body {
            Ok(body) => Box::pin(body.map_err(Error::from)),
            Err(error) => {
                let message = error.to_string();
                Box::pin(http_body_util::Empty::new().map_err(move |_| Error::internal(&*message)))
            }
        }
    }
}

/// Reads all of the body of a response.
pub(super) fn read(response: web_sys::Response) -> BoxFuture<'static, Result<Bytes>> {
    Box::new(JsBody::Response(response)).bytes()
}

pub(super) fn from_js_response(response: JsValue) -> Result<Response> {
    let head = head_of_response(&response);
    let mut lines = head.split('\n');
    let mut next = || lines.next().unwrap_or_default();
    let (has_body, status) = (next() == "1", next());
    let mut head = ::http::Response::builder().status(status);
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        head = head.header(name, value);
    }
    let body = match has_body {
        true => Body::incoming(JsBody::Response(response.clone().unchecked_into())),
        false => Body::empty(),
    };
    let mut answered = head.body(body)?;
    if answered.status() == StatusCode::SWITCHING_PROTOCOLS {
        let whole = SendWrapper::new(Rc::new(response) as Rc<dyn Any>);
        answered.extensions_mut().insert(Upgraded(whole));
    }
    Ok(answered)
}

/// The headers, a line for each name and each value; none if there are none.
fn lines(headers: &::http::HeaderMap) -> Option<String> {
    let mut lines = String::new();
    for (name, value) in headers {
        if !lines.is_empty() {
            lines.push('\n');
        }
        lines.push_str(name.as_str());
        lines.push('\n');
        lines.push_str(&String::from_utf8_lossy(value.as_bytes()));
    }
    (!lines.is_empty()).then_some(lines)
}

pub(super) fn to_js_response(response: Response) -> Result<JsValue> {
    let (mut head, body) = response.into_parts();
    if let Some(Upgraded(whole)) = head.extensions.remove()
        && let Some(whole) = whole.downcast_ref::<JsValue>()
    {
        return Ok(whole.clone());
    }
    let bytes = match body.into_full() {
        Ok(bytes) => bytes,
        Err(stream) => {
            let response = ::http::Response::from_parts(head, stream);
            return Ok(worker::response_to_wasm(response)?.into());
        }
    };
    let (headers, body) = (lines(&head.headers), (!bytes.is_empty()).then_some(&*bytes));
    let response = respond(head.status.as_u16(), headers.as_deref(), body);
    response.map_err(|thrown| from_js(&thrown))
}

/// A request for another object.
pub(super) fn to_js_request(request: Request) -> Result<web_sys::Request> {
    let (head, body) = request.into_parts();
    let bytes = match body.into_full() {
        Ok(bytes) => bytes,
        Err(stream) => {
            let request = ::http::Request::from_parts(head, stream);
            return Ok(worker::request_to_wasm(request)?);
        }
    };
    let (headers, body) = (lines(&head.headers), (!bytes.is_empty()).then_some(&*bytes));
    let (method, url) = (head.method.as_str(), head.uri.to_string());
    let request = new_request(method, &url, headers.as_deref(), body);
    request.map_err(|thrown| from_js(&thrown))
}

/// A request that has been changed on its way; a body that nobody has read stays in JavaScript.
pub(super) fn changed(original: &web_sys::Request, request: Request) -> Result<web_sys::Request> {
    let (head, body) = request.into_parts();
    let (mut bytes, mut source) = (Bytes::new(), JsValue::UNDEFINED);
    match body.into_full() {
        Ok(full) => bytes = full,
        Err(stream) => source = source_of(stream)?,
    }
    let (headers, body) = (lines(&head.headers), (!bytes.is_empty()).then_some(&*bytes));
    let (method, url) = (head.method.as_str(), head.uri.to_string());
    let request = changed_request(original, method, &url, headers.as_deref(), body, &source);
    request.map_err(|thrown| from_js(&thrown))
}

/// What has the body in JavaScript.
pub(super) fn source_of(body: Body) -> Result<JsValue> {
    match body.into_incoming::<JsBody>() {
        Ok(JsBody::Request(request)) => Ok(request.into()),
        Ok(JsBody::Response(response)) => Ok(response.into()),
        Err(stream) => Ok(worker::response_to_wasm(::http::Response::new(stream))?.into()),
    }
}
