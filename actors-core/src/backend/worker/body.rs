//! Bodies that are read in parts: JavaScript's from Rust, and Rust's from JavaScript.

use std::cell::RefCell;
use std::future::poll_fn;
use std::mem;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};

use bytes::Bytes;
use http_body::{Body as _, Frame};
use js_sys::futures::JsFuture;
use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;

use super::error::from_js;
use super::executor;
use crate::error::{Error, Result};
use crate::request::Body;

#[wasm_bindgen(module = "/src/backend/worker/body.js")]
extern "C" {
    /// Reads the body of a request or a response.
    type Reader;
    #[wasm_bindgen(constructor)]
    fn new(of: &JsValue) -> Reader;
    /// The next part, undefined at the end.
    #[wasm_bindgen(method)]
    fn next(this: &Reader) -> Promise;
    #[wasm_bindgen(method)]
    fn cancel(this: &Reader);
    #[wasm_bindgen(js_name = streamOf)]
    fn stream_of(next: JsValue) -> JsValue;
}

/// The body of a request or a response of JavaScript's. It is cancelled if it is dropped before its
/// end.
pub(super) struct Parts {
    /// None after the end.
    reader: Option<Reader>,
    next: Option<JsFuture>,
    /// What its errors mean.
    failure: fn(Error) -> Error,
}

impl Parts {
    pub(super) fn of(message: &JsValue, failure: fn(Error) -> Error) -> Self {
        Self {
            reader: Some(Reader::new(message)),
            next: None,
            failure,
        }
    }
}

impl http_body::Body for Parts {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>>>> {
        let this = &mut *self;
        let Some(reader) = &this.reader else {
            return Poll::Ready(None);
        };
        let next = this
            .next
            .get_or_insert_with(|| JsFuture::from(reader.next()));
        let part = ready!(Pin::new(next).poll(cx));
        this.next = None;
        if let Ok(part) = &part
            && !part.is_undefined()
        {
            let part = part.unchecked_ref::<Uint8Array>().to_vec();
            return Poll::Ready(Some(Ok(Frame::data(part.into()))));
        }
        this.reader = None;
        Poll::Ready(
            part.err()
                .map(|thrown| Err((this.failure)(from_js(&thrown)))),
        )
    }

    fn is_end_stream(&self) -> bool {
        self.reader.is_none()
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        if let Some(reader) = &self.reader {
            reader.cancel();
        }
    }
}

/// The body as a `ReadableStream`, which is slowed down to the speed of reading.
pub(super) fn to_stream(body: Body) -> JsValue {
    let source = Rc::new(RefCell::new(Source::Open(body)));
    let next = move |is_left: bool| -> JsValue {
        if is_left {
            let left = source.replace(Source::Ended);
            left.leave();
            return JsValue::UNDEFINED;
        }
        let source = source.clone();
        let next = poll_fn(move |cx| source.borrow_mut().poll(cx));
        executor::promise(Box::pin(next)).into()
    };
    stream_of(Closure::<dyn FnMut(bool) -> JsValue>::new(next).into_js_value())
}

/// A body that JavaScript reads.
enum Source {
    Open(Body),
    /// Somebody waits for its next part.
    Awaited(Body, Waker),
    Ended,
}

impl Source {
    /// The next part, undefined at the end.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<JsValue>> {
        let (Self::Open(mut body) | Self::Awaited(mut body, _)) = mem::replace(self, Self::Ended)
        else {
            return Poll::Ready(Ok(JsValue::UNDEFINED));
        };
        match Pin::new(&mut body).poll_frame(cx) {
            Poll::Pending => {
                *self = Self::Awaited(body, cx.waker().clone());
                Poll::Pending
            }
            Poll::Ready(Some(Ok(frame))) => Poll::Ready(Ok(match frame.into_data() {
                Ok(part) => {
                    *self = Self::Open(body);
                    Uint8Array::from(&*part).into()
                }
                // Only trailers follow, which the platform does not have.
                Err(_) => JsValue::UNDEFINED,
            })),
            Poll::Ready(Some(Err(error))) => Poll::Ready(Err(error)),
            Poll::Ready(None) => Poll::Ready(Ok(JsValue::UNDEFINED)),
        }
    }

    /// Ends what waits for it.
    fn leave(self) {
        if let Self::Awaited(_, reader) = self {
            reader.wake();
        }
    }
}
