//! HTTP requests and responses, in the `http` crate's types.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http_body::{Body as _, Frame, SizeHint};
use serde::Serialize;

use crate::backend;
use crate::error::{Error, Result};
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
pub type Response<B = Body> = http::Response<B>;

/// The body of a request or a response: bytes at hand, or a stream of them.
pub struct Body(Kind);

enum Kind {
    Full(Bytes),
    Stream(Pin<Box<dyn http_body::Body<Data = Bytes, Error = Error>>>),
}

impl Body {
    /// No bytes.
    pub fn empty() -> Self {
        Self(Kind::Full(Bytes::new()))
    }

    /// Bytes that come one part after the other, and are passed on as they come.
    pub fn stream(body: impl http_body::Body<Data = Bytes, Error = Error> + 'static) -> Self {
        Self(Kind::Stream(Box::pin(body)))
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
        while let Some(frame) = poll_fn(|cx| Pin::new(&mut self).poll_frame(cx)).await {
            if let Ok(data) = frame?.into_data() {
                all.extend_from_slice(&data);
            }
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

impl From<()> for Body {
    fn from((): ()) -> Self {
        Self::empty()
    }
}

/// A JSON response with that status.
///
/// ```
/// let response = actors_core::json_response(201, &["a", "b"])?;
/// assert_eq!(response.headers()["content-type"], "application/json");
/// # Ok::<(), actors_core::Error>(())
/// ```
///
/// # Errors
///
/// A value that JSON has no form for, or a status that HTTP has not.
pub fn json_response(status: u16, value: &impl Serialize) -> Result<Response> {
    let response = http::Response::builder()
        .status(status)
        .header(http::header::CONTENT_TYPE, "application/json")
        .body(serde_json::to_vec(value)?.into())?;
    Ok(response)
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

/// The turn of a request, whose error is a response too.
pub(crate) fn answered(turn: Turn<Response>) -> Turn<Response> {
    turn.map(|result| Ok(result.unwrap_or_else(|error| error_response(&error))))
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
