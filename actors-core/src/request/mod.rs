//! HTTP requests and responses, in the `http` crate's types.

mod body;

use std::fmt::Display;

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use http_body::Body as _;
use serde::Serialize;

pub(crate) use self::body::Incoming;
pub use self::body::{Body, BodySender};
use crate::error::{Error, Result};
use crate::log;
use crate::turn::Turn;

/// A request, for an `#[on_request]` handler.
///
/// With another type in the place of [`Body`], `http::Request<Bytes>` or
/// `http::Request<String>`, the body is read before the handler's turn begins. So a
/// synchronous handler, which is one transaction, can use the body, too, and a slow upload
/// keeps nobody waiting.
pub type Request<B = Body> = http::Request<B>;

/// A response, from an `#[on_request]` handler, with any body that converts into a
/// [`Body`].
///
/// Its status is one of 200 to 599, and its headers are UTF-8 text: the platform sends no others,
/// so a handler that returns one fails with [`ErrorKind::Internal`](crate::ErrorKind), and what it
/// has done is undone as after any error. One of 204, 205 or 304 is sent without its body. One of 101
/// has a web socket in place of a body, and can be passed on as it came:
/// [`ContainerPort::fetch`](crate::bindings::ContainerPort::fetch) returns such.
pub type Response<B = Body> = http::Response<B>;

/// A JSON response with that status; one of 204, 205 or 304 has no body, whatever the value.
///
/// ```
/// use actors_core::json_response;
///
/// let response = json_response(201, &["a", "b"])?;
/// assert_eq!(response.headers()["content-type"], "application/json");
/// assert!(json_response(204, &())?.headers().is_empty());
/// # Ok::<(), actors_core::Error>(())
/// ```
///
/// # Errors
///
/// A value that JSON can't represent, or a status outside 200 to 599.
pub fn json_response(status: u16, value: &impl Serialize) -> Result<Response> {
    json_bytes(status, serde_json::to_vec(value)?)
}

fn json_bytes(status: u16, json: Vec<u8>) -> Result<Response> {
    let mut response = sendable(http::Response::builder().status(status).body(json.into())?)?;
    if !has_no_body(response.status()) {
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
    }
    Ok(response)
}

/// A response in the form that the platform can send. Checked before the turn ends, since
/// one that can't be sent would be an error after the commit.
pub(crate) fn sendable(mut response: Response) -> Result<Response> {
    let refuse = |why| {
        Err(Error::internal(format!(
            "the response can't be sent: {why}"
        )))
    };
    let status = response.status();
    let is_socket = status == StatusCode::SWITCHING_PROTOCOLS && response.body().is_socket();
    if !(200..=599).contains(&status.as_u16()) && !is_socket {
        return refuse(format!(
            "its status is {}, and is to be one of 200 to 599",
            status.as_u16()
        ));
    }
    if let Some(name) = not_text(response.headers()) {
        return refuse(format!("its header `{name}` is not UTF-8 text"));
    }
    if has_no_body(status) {
        *response.body_mut() = Body::empty();
    }
    Ok(response)
}

/// Whether a response with that status never has a body.
fn has_no_body(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED
    )
}

/// The first header whose value is not a text in JavaScript.
fn not_text(headers: &HeaderMap) -> Option<&HeaderName> {
    let is_text = |value: &HeaderValue| std::str::from_utf8(value.as_bytes()).is_ok();
    let mut headers = headers.iter();
    headers.find_map(|(name, value)| (!is_text(value)).then_some(name))
}

/// Refuses a request that JavaScript can't construct.
pub(crate) fn check_request(request: &Request) -> Result<()> {
    let refuse = |why| Err(Error::invalid(format!("the request can't be sent: {why}")));
    let method = request.method();
    if matches!(*method, Method::GET | Method::HEAD) && !request.body().is_end_stream() {
        return refuse(format!("a {method} has no body"));
    }
    match not_text(request.headers()) {
        Some(name) => refuse(format!("its header `{name}` is not UTF-8 text")),
        None => Ok(()),
    }
}

/// A body that an `#[on_request]` handler can ask for.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the body of a request",
    label = "not a body",
    note = "take `Request` for a stream, `Request<Bytes>` or `Request<String>` for a body that is \
            read before the handler runs"
)]
pub trait FromBody: Sized + 'static {
    /// Whether the whole body is read before the handler runs.
    #[doc(hidden)]
    const IS_WHOLE: bool;
    /// Reads the body in the form that the handler takes.
    #[doc(hidden)]
    fn from_body(body: Body) -> Turn<Self>;
}

impl FromBody for Body {
    const IS_WHOLE: bool = false;

    fn from_body(body: Body) -> Turn<Self> {
        Turn::Done(Ok(body))
    }
}

impl FromBody for Bytes {
    const IS_WHOLE: bool = true;

    fn from_body(body: Body) -> Turn<Self> {
        Turn::start(body.bytes())
    }
}

impl FromBody for String {
    const IS_WHOLE: bool = true;

    fn from_body(body: Body) -> Turn<Self> {
        Turn::start(async {
            String::from_utf8(body.bytes().await?.into())
                .map_err(|_| Error::invalid("the body is not UTF-8 text"))
        })
    }
}

/// Reads the body in the form that the handler takes, and passes the request on.
pub(crate) fn read<B: FromBody>(
    request: Request,
    next: Box<dyn FnOnce(Request<B>) -> Turn<Response>>,
) -> Turn<Response> {
    let (head, body) = request.into_parts();
    B::from_body(body).then(|body| next(http::Request::from_parts(head, body)))
}

/// Reads a URL.
pub(crate) fn uri(url: &str) -> Result<http::Uri> {
    url.parse().map_err(bad_url)
}

/// The error for a request whose URL can't be read.
pub(crate) fn bad_url(error: impl Display) -> Error {
    Error::invalid(format!("the URL of the request can't be read: {error}"))
}

/// The turn of a request, with an error converted into a response.
pub(crate) fn answered(turn: Turn<Response>) -> Turn<Response> {
    turn.map(|result| Ok(result.unwrap_or_else(|error| error_response(&error))))
}

/// Converts an error into the response that an `#[on_request]` handler would produce for
/// it, for handlers that return responses: those of a router.
impl From<Error> for Response {
    fn from(error: Error) -> Self {
        error_response(&error)
    }
}

/// The response to a request whose handler fails: the kind's status, and the message if the
/// fault is the caller's.
pub(crate) fn error_response(error: &Error) -> Response {
    let status = http::StatusCode::from_u16(error.kind().status()).unwrap_or_default();
    if error.is_ours() {
        log::error(&format!("request failed: {}: {error}", error.kind()));
    }
    let mut response = http::Response::new(error.public_message().to_owned().into());
    *response.status_mut() = status;
    response
}
