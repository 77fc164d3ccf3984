//! HTTP requests and responses, in the `http` crate's types.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt::Display;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use bytes::{Bytes, BytesMut};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt as _;
use send_wrapper::SendWrapper;
use serde::Serialize;

use crate::backend;
use crate::error::{Error, ErrorKind, Result};
use crate::object::Turn;

/// A request as an `#[on_request]` handler takes it.
///
/// With another type than [`Body`] in its place, the body is read before the
/// handler's turn begins: `http::Request<Bytes>` or `http::Request<String>`. So a
/// synchronous handler, which is one transaction, can use the body too, and a
/// slow upload keeps nobody waiting.
pub type Request<B = Body> = http::Request<B>;

/// A response as an `#[on_request]` handler answers it, with any body that can
/// become a [`Body`].
///
/// Its status is one of 200 to 599, and its headers are UTF-8 text: the platform sends
/// no others, so a handler that answers one fails with [`ErrorKind::Internal`], and what
/// it has done is undone as after any error. One of 204, 205 or 304 has no body: what is
/// given is left out.
pub type Response<B = Body> = http::Response<B>;

/// The body of a request or a response: bytes at hand, or a stream of them.
pub struct Body(Kind);

enum Kind {
    Full(Bytes),
    /// Nothing leaves the one thread that there is; that it could is asked by axum.
    Stream(SendWrapper<Pin<Box<dyn http_body::Body<Data = Bytes, Error = Error>>>>),
}

impl Body {
    /// No bytes.
    pub fn empty() -> Self {
        Self(Kind::Full(Bytes::new()))
    }

    /// The body of another library: its bytes are passed on as they come.
    ///
    /// So a response of an `axum::Router` is one of ours: `response.map(Body::new)`.
    pub fn new<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes, Error: Display> + 'static,
    {
        Self::stream(body.map_err(|error| Error::internal(format!("a body failed: {error}"))))
    }

    /// Bytes that come one part after the other, and are passed on as they come.
    pub fn stream(body: impl http_body::Body<Data = Bytes, Error = Error> + 'static) -> Self {
        Self(Kind::Stream(SendWrapper::new(Box::pin(body))))
    }

    /// A body, and the sender that gives it its parts: for server-sent events,
    /// and whatever else is not known when the response begins. The body ends
    /// when the sender is dropped.
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// use actors_core::BodySender;
    ///
    /// #[actor]
    /// pub struct News {
    ///     readers: Vec<BodySender>, // not stored: a reader is a connection
    /// }
    ///
    /// #[actor]
    /// impl News {
    ///     #[on_request]
    ///     fn read(&mut self, _request: Request) -> Result<Response> {
    ///         let (sender, body) = Body::channel();
    ///         self.readers.push(sender);
    ///         Ok(http::Response::builder().header("content-type", "text/event-stream").body(body)?)
    ///     }
    ///
    ///     pub fn publish(&mut self, news: String) {
    ///         // Those who have gone away are forgotten.
    ///         self.readers.retain(|reader| reader.send(format!("data: {news}\n\n")).is_ok());
    ///     }
    /// }
    /// ```
    pub fn channel() -> (BodySender, Self) {
        let channel = Rc::<RefCell<Channel>>::default();
        let body = Self::stream(Received(channel.clone()));
        (BodySender(channel), body)
    }

    /// The next part of the body, none at its end: so a large one is read without
    /// holding all of it. Its sender is kept from sending more than is read.
    ///
    /// # Errors
    ///
    /// The sender went away in the middle.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        while let Some(frame) = poll_fn(|cx| Pin::new(&mut *self).poll_frame(cx)).await {
            if let Ok(data) = frame?.into_data() {
                return Ok(Some(data));
            }
        }
        Ok(None)
    }

    /// Reads all of the body.
    ///
    /// # Errors
    ///
    /// The sender went away in the middle.
    pub async fn bytes(mut self) -> Result<Bytes> {
        if let Kind::Full(bytes) = self.0 {
            return Ok(bytes);
        }
        let mut all = BytesMut::new();
        while let Some(data) = self.chunk().await? {
            all.extend_from_slice(&data);
        }
        Ok(all.freeze())
    }

    /// The bytes, if they are at hand.
    pub(crate) fn into_full(self) -> Result<Bytes, Self> {
        match self.0 {
            Kind::Full(bytes) => Ok(bytes),
            stream => Err(Self(stream)),
        }
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>>>> {
        match &mut self.0 {
            Kind::Full(bytes) if bytes.is_empty() => Poll::Ready(None),
            Kind::Full(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Kind::Stream(stream) => stream.as_mut().poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Full(bytes) => bytes.is_empty(),
            Kind::Stream(stream) => stream.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::Stream(stream) => stream.size_hint(),
        }
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Kind::Full(bytes) => write!(f, "Body({} bytes)", bytes.len()),
            Kind::Stream(_) => f.write_str("Body(stream)"),
        }
    }
}

macro_rules! full {
    ($($type:ty),*) => {$(
        impl From<$type> for Body {
            fn from(bytes: $type) -> Self {
                Self(Kind::Full(bytes.into()))
            }
        }
    )*};
}

full!(Bytes, Vec<u8>, String, &'static str, &'static [u8]);

impl Default for Body {
    fn default() -> Self {
        Self::empty()
    }
}

impl From<()> for Body {
    fn from((): ()) -> Self {
        Self::empty()
    }
}

/// The sending end of a body, from [`Body::channel`].
pub struct BodySender(Rc<RefCell<Channel>>);

/// What is between a sender and its body.
#[derive(Default)]
struct Channel {
    parts: VecDeque<Bytes>,
    is_sent: bool,
    is_dropped: bool,
    reader: Option<Waker>,
}

impl BodySender {
    /// Sends a part. It waits in memory until the reader takes it: see
    /// [`waiting`](Self::waiting).
    ///
    /// # Errors
    ///
    /// The reader has gone away.
    pub fn send(&self, part: impl Into<Bytes>) -> Result<()> {
        let mut channel = self.0.borrow_mut();
        if channel.is_dropped {
            return Err(Error::new(
                ErrorKind::Unavailable,
                "the reader of the body has gone away",
            ));
        }
        channel.parts.push_back(part.into());
        channel.wake();
        Ok(())
    }

    /// How many bytes the reader has not taken yet: drop the sender of one that
    /// lets too many wait.
    pub fn waiting(&self) -> usize {
        self.0.borrow().parts.iter().map(Bytes::len).sum()
    }
}

impl Drop for BodySender {
    fn drop(&mut self) {
        let mut channel = self.0.borrow_mut();
        channel.is_sent = true;
        channel.wake();
    }
}

impl Channel {
    fn wake(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }
}

/// The reading end of a channel.
struct Received(Rc<RefCell<Channel>>);

impl http_body::Body for Received {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>>>> {
        let mut channel = self.0.borrow_mut();
        match channel.parts.pop_front() {
            Some(part) => Poll::Ready(Some(Ok(Frame::data(part)))),
            None if channel.is_sent => Poll::Ready(None),
            None => {
                channel.reader = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        let mut channel = self.0.borrow_mut();
        channel.is_dropped = true;
        channel.parts.clear();
    }
}

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
/// A value that JSON has no form for, or a status that is none of 200 to 599.
pub fn json_response(status: u16, value: &impl Serialize) -> Result<Response> {
    let json = serde_json::to_vec(value)?;
    let mut response = sendable(http::Response::builder().status(status).body(json.into())?)?;
    if !has_no_body(response.status()) {
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
    }
    Ok(response)
}

/// A response as the platform sends it: asked of each before its turn is over, since one
/// that can't be sent would be an error after the commit.
pub(crate) fn sendable(mut response: Response) -> Result<Response> {
    let refuse = |why| {
        Err(Error::internal(format!(
            "the response can't be sent: {why}"
        )))
    };
    let status = response.status();
    if !(200..=599).contains(&status.as_u16()) {
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

/// The first header whose value JavaScript has no text for.
fn not_text(headers: &HeaderMap) -> Option<&HeaderName> {
    let is_text = |value: &HeaderValue| std::str::from_utf8(value.as_bytes()).is_ok();
    let mut headers = headers.iter();
    headers.find_map(|(name, value)| (!is_text(value)).then_some(name))
}

/// Refuses a request that JavaScript can't build.
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
    /// Reads what the handler asks for.
    #[doc(hidden)]
    fn from_body(body: Body) -> Turn<Self>;
}

impl FromBody for Body {
    fn from_body(body: Body) -> Turn<Self> {
        Turn::Done(Ok(body))
    }
}

impl FromBody for Bytes {
    fn from_body(body: Body) -> Turn<Self> {
        Turn::start(body.bytes())
    }
}

impl FromBody for String {
    fn from_body(body: Body) -> Turn<Self> {
        Turn::start(async {
            String::from_utf8(body.bytes().await?.into())
                .map_err(|_| Error::invalid("the body is not UTF-8 text"))
        })
    }
}

/// Reads the body as the handler asks for it, and goes on with the request.
pub(crate) fn read<B: FromBody>(
    request: Request,
    next: impl FnOnce(Request<B>) -> Turn<Response> + 'static,
) -> Turn<Response> {
    let (head, body) = request.into_parts();
    B::from_body(body).then(|body| next(http::Request::from_parts(head, body)))
}

/// Reads a URL.
pub(crate) fn uri(url: &str) -> Result<http::Uri> {
    url.parse().map_err(bad_url)
}

/// What is said of a request whose URL can't be read.
pub(crate) fn bad_url(error: impl Display) -> Error {
    Error::invalid(format!("the URL of the request can't be read: {error}"))
}

/// The turn of a request, whose error is a response too.
pub(crate) fn answered(turn: Turn<Response>) -> Turn<Response> {
    turn.map(|result| Ok(result.unwrap_or_else(|error| error_response(&error))))
}

/// The response that an `#[on_request]` handler is answered with when it returns the
/// error, for handlers that return responses: those of a router.
impl From<Error> for Response {
    fn from(error: Error) -> Self {
        error_response(&error)
    }
}

/// What a request is answered when its handler fails: the kind's status, and the
/// message if the fault is the caller's.
pub(crate) fn error_response(error: &Error) -> Response {
    let status = http::StatusCode::from_u16(error.kind().status()).unwrap_or_default();
    if error.is_ours() {
        backend::log(&format!("request failed: {}: {error}", error.kind()));
    }
    let mut response = http::Response::new(error.public_message().to_owned().into());
    *response.status_mut() = status;
    response
}
