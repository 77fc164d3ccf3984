//! Bodies: bytes in memory, or a stream of them.

use std::any::Any;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt::Display;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use bytes::{Bytes, BytesMut};
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt as _;
use send_wrapper::SendWrapper;

use crate::error::{Error, ErrorKind, Result};
use crate::turn::BoxFuture;

/// The body of a request or a response: bytes in memory, or a stream of them.
pub struct Body(Kind);

enum Kind {
    Full(Bytes),
    /// The same for a body of the platform.
    Incoming(SendWrapper<Box<dyn Incoming>>),
    /// A web socket, which the platform's own response has: it can only be passed on.
    Socket(SendWrapper<Box<dyn Any>>),
    /// axum requires `Send`; a Worker has one thread, so this never crosses.
    Stream(SendWrapper<Stream>),
}

type Stream = Pin<Box<dyn http_body::Body<Data = Bytes, Error = Error>>>;

/// A body from the platform that has not been read yet.
pub(crate) trait Incoming: Any {
    /// Reads all of it.
    fn bytes(self: Box<Self>) -> BoxFuture<'static, Result<Bytes>>;
    /// Reads it in parts.
    fn stream(&mut self) -> Stream;
}

impl Body {
    /// An empty body.
    pub fn empty() -> Self {
        Self(Kind::Full(Bytes::new()))
    }

    /// A body of another library: its bytes are passed on as they arrive.
    ///
    /// This converts a response of an `axum::Router`: `response.map(Body::new)`.
    pub fn new<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes, Error: Display> + 'static,
    {
        Self::stream(body.map_err(|error| Error::internal(format!("a body failed: {error}"))))
    }

    /// Bytes that arrive in parts, and are passed on as they arrive.
    pub fn stream(body: impl http_body::Body<Data = Bytes, Error = Error> + 'static) -> Self {
        Self(Kind::Stream(SendWrapper::new(Box::pin(body))))
    }

    /// A body, and the sender of its parts: for server-sent events, and anything else that
    /// is not known when the response begins. The body ends when the sender is dropped.
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
    ///         // Drops readers who have gone away.
    ///         self.readers.retain(|reader| reader.send(format!("data: {news}\n\n")).is_ok());
    ///     }
    /// }
    /// ```
    pub fn channel() -> (BodySender, Self) {
        let channel = Rc::<RefCell<Channel>>::default();
        let body = Self::stream(Received(channel.clone()));
        (BodySender(channel), body)
    }

    /// Returns the next part of the body, none at its end: so a large one can be read
    /// without holding all of it. Its sender is slowed down to the speed of reading.
    ///
    /// # Errors
    ///
    /// The sender went away before the end.
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
    /// The sender went away before the end.
    pub async fn bytes(mut self) -> Result<Bytes> {
        self = match self.0 {
            Kind::Full(bytes) => return Ok(bytes),
            Kind::Incoming(body) => return body.take().bytes().await,
            stream => Self(stream),
        };
        let mut all = BytesMut::new();
        while let Some(data) = self.chunk().await? {
            all.extend_from_slice(&data);
        }
        Ok(all.freeze())
    }

    /// The body of a request or a response of the platform.
    pub(crate) fn incoming(body: impl Incoming + 'static) -> Self {
        Self(Kind::Incoming(SendWrapper::new(Box::new(body))))
    }

    /// The platform's own body, if this is one that has not been read.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        allow(dead_code, reason = "only a Worker has one")
    )]
    pub(crate) fn into_incoming<T: Incoming>(self) -> Result<T, Self> {
        match self.0 {
            Kind::Incoming(body) if (&**body as &dyn Any).is::<T>() => {
                let body: Box<dyn Any> = body.take();
                body.downcast::<T>()
                    .map(|body| *body)
                    .map_err(|_| Self::empty())
            }
            other => Err(Self(other)),
        }
    }

    /// What a response with the status 101 has in place of a body: the platform's own response.
    #[cfg_attr(
        not(any(target_arch = "wasm32", feature = "testing")),
        allow(dead_code, reason = "only a platform has one")
    )]
    pub(crate) fn socket(response: impl Any) -> Self {
        Self(Kind::Socket(SendWrapper::new(Box::new(response))))
    }

    /// Whether it is a web socket that can be passed on.
    pub(super) fn is_socket(&self) -> bool {
        matches!(self.0, Kind::Socket(_))
    }

    /// The platform's own response, if this is its web socket.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        allow(dead_code, reason = "only a Worker has one")
    )]
    pub(crate) fn as_socket<T: Any>(&self) -> Option<&T> {
        match &self.0 {
            Kind::Socket(response) => response.downcast_ref(),
            _ => None,
        }
    }

    /// The bytes, if they are in memory.
    #[cfg(all(not(target_arch = "wasm32"), feature = "testing"))]
    pub(crate) fn full(&self) -> Option<&Bytes> {
        match &self.0 {
            Kind::Full(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The platform's own body, if it is one that nobody has begun to read.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        allow(dead_code, reason = "only a Worker has one")
    )]
    pub(crate) fn as_incoming<B: Incoming>(&self) -> Option<&B> {
        let Kind::Incoming(body) = &self.0 else {
            return None;
        };
        let body: &dyn Any = &***body;
        body.downcast_ref()
    }

    /// The bytes, if they are in memory.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        allow(dead_code, reason = "only a Worker needs it")
    )]
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
        if let Kind::Incoming(body) = &mut self.0 {
            self.0 = Kind::Stream(SendWrapper::new(body.stream()));
        }
        match &mut self.0 {
            Kind::Incoming(_) | Kind::Socket(_) => Poll::Ready(None),
            Kind::Full(bytes) if bytes.is_empty() => Poll::Ready(None),
            Kind::Full(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Kind::Stream(stream) => stream.as_mut().poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Full(bytes) => bytes.is_empty(),
            Kind::Incoming(_) => false,
            Kind::Socket(_) => true,
            Kind::Stream(stream) => stream.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::Incoming(_) => SizeHint::default(),
            Kind::Socket(_) => SizeHint::with_exact(0),
            Kind::Stream(stream) => stream.size_hint(),
        }
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Kind::Full(bytes) => write!(f, "Body({} bytes)", bytes.len()),
            Kind::Incoming(_) | Kind::Stream(_) => f.write_str("Body(stream)"),
            Kind::Socket(_) => f.write_str("Body(web socket)"),
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

/// What a sender and its body share.
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

    /// How many bytes the reader has not taken yet: drop the sender if they become too
    /// many.
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
