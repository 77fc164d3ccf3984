//! Converts requests and responses between the platform's types and the `http` crate's. A
//! head is passed in one call, and a body when it is read.

use std::convert::identity;
use std::fmt::Display;
use std::pin::Pin;

use ::http::header::HeaderName;
use ::http::{HeaderMap, Method, StatusCode};
use bytes::Bytes;
use http_body::Body as _;
use js_sys::futures::JsFuture;
use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;

use super::body::{Parts, to_stream};
use super::error::{from_js, to_js};
use super::executor::answer;
use crate::error::{Error, Result};
use crate::object::Object;
use crate::platform::{Host as _, Upgrade};
use crate::request::{self, Body, Incoming, Request, Response, bad_url, error_response};
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
    fn respond(
        status: u16,
        headers: Option<&str>,
        body: Option<&[u8]>,
        stream: &JsValue,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_name = newRequest)]
    fn new_request(
        method: &str,
        url: &str,
        headers: Option<&str>,
        body: Option<&[u8]>,
        stream: &JsValue,
    ) -> Result<web_sys::Request, JsValue>;
    #[wasm_bindgen(catch, js_name = changedRequest)]
    fn changed_request(
        original: &web_sys::Request,
        method: &str,
        url: &str,
        headers: Option<&str>,
        body: Option<&[u8]>,
        stream: &JsValue,
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
    // A builder would take twice the code.
    let mut head = ::http::Request::new(());
    *head.method_mut() = method.parse().map_err(unreadable)?;
    *head.uri_mut() = request::uri(url)?;
    read_headers(head.headers_mut(), lines).map_err(unreadable)?;
    Ok(head)
}

/// Adds headers, a line for each name and each value.
fn read_headers<'a>(
    headers: &mut HeaderMap,
    mut lines: impl Iterator<Item = &'a str>,
) -> Result<(), ::http::Error> {
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        headers.try_append(HeaderName::from_bytes(name.as_bytes())?, value.parse()?)?;
    }
    Ok(())
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
    fn message(&self) -> &JsValue {
        match self {
            Self::Request(request) => request,
            Self::Response(response) => response,
        }
    }

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
        let reading = bytes_of(self.message());
        Box::pin(async {
            let bytes = JsFuture::from(reading).await;
            let bytes = bytes.map_err(|thrown| from_js(&thrown))?;
            Ok(bytes.unchecked_into::<Uint8Array>().to_vec().into())
        })
    }

    fn stream(&mut self) -> Pin<Box<dyn http_body::Body<Data = Bytes, Error = Error>>> {
        Box::pin(Parts::of(self.message(), identity))
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
    let mut head = Response::new(Body::empty());
    *head.status_mut() = status.parse().map_err(::http::Error::from)?;
    read_headers(head.headers_mut(), lines)?;
    if head.status() == StatusCode::SWITCHING_PROTOCOLS {
        *head.body_mut() = Body::socket(response);
    } else if has_body {
        *head.body_mut() = Body::incoming(JsBody::Response(response.unchecked_into()));
    }
    Ok(head)
}

/// The headers, a line for each name and each value; none if there are none.
fn lines(headers: &HeaderMap) -> Option<String> {
    let mut lines = String::new();
    for (name, value) in headers {
        if !lines.is_empty() {
            lines.push('\n');
        }
        lines.push_str(name.as_str());
        lines.push('\n');
        // Others are refused before.
        lines.push_str(std::str::from_utf8(value.as_bytes()).unwrap_or_default());
    }
    (!lines.is_empty()).then_some(lines)
}

pub(super) fn to_js_response(response: Response) -> Result<JsValue> {
    let (head, body) = response.into_parts();
    if head.status == StatusCode::SWITCHING_PROTOCOLS
        && let Some(socket) = body.as_socket::<JsValue>()
    {
        return Ok(socket.clone());
    }
    let (bytes, stream) = outgoing(body, to_stream);
    let (status, headers) = (head.status.as_u16(), lines(&head.headers));
    let response = respond(status, headers.as_deref(), some(&bytes), &stream);
    response.map_err(|thrown| from_js(&thrown))
}

/// A request for another object.
pub(super) fn to_js_request(request: Request) -> Result<web_sys::Request> {
    let (head, body) = request.into_parts();
    let (bytes, stream) = outgoing(body, to_stream);
    let (method, url) = (head.method.as_str(), head.uri.to_string());
    let headers = lines(&head.headers);
    let request = new_request(method, &url, headers.as_deref(), some(&bytes), &stream);
    request.map_err(|thrown| from_js(&thrown))
}

/// A request that has been changed on its way; a body that nobody has read stays in JavaScript.
pub(super) fn changed(original: &web_sys::Request, request: Request) -> Result<web_sys::Request> {
    let (head, body) = request.into_parts();
    let (bytes, stream) = outgoing(body, unread_or_stream);
    let (method, url) = (head.method.as_str(), head.uri.to_string());
    let headers = lines(&head.headers);
    let (headers, body) = (headers.as_deref(), some(&bytes));
    let request = changed_request(original, method, &url, headers, body, &stream);
    request.map_err(|thrown| from_js(&thrown))
}

/// The bytes of a body, or the stream of one that is not in memory.
fn outgoing(body: Body, to_stream: fn(Body) -> JsValue) -> (Bytes, JsValue) {
    match body.into_full() {
        Ok(bytes) => (bytes, JsValue::UNDEFINED),
        Err(ended) if ended.is_end_stream() => (Bytes::new(), JsValue::UNDEFINED),
        Err(stream) => (Bytes::new(), to_stream(stream)),
    }
}

fn some(bytes: &[u8]) -> Option<&[u8]> {
    (!bytes.is_empty()).then_some(bytes)
}

/// The stream that JavaScript has of the body, or a new one.
pub(super) fn unread_or_stream(body: Body) -> JsValue {
    match body.into_incoming::<JsBody>() {
        Ok(JsBody::Request(request)) => request.body().into(),
        Ok(JsBody::Response(response)) => response.body().into(),
        Err(stream) => to_stream(stream),
    }
}
