//! Bodies that are arguments or answers of calls, or of responses. One lasts as long as the object
//! that has sent it.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as _, Frame};

use crate::error::{Error, ErrorKind, Result};
use crate::platform::Host;
use crate::request::Body;
use crate::wire::packed::STREAM;

/// An object that sends bodies, or the Worker in front.
pub(super) trait Producer {
    /// What is in memory of it.
    fn in_memory(&self) -> Option<Weak<dyn Host>>;
    /// How many of its bodies are still read.
    fn streams(&self) -> &Cell<usize>;
    /// One of its bodies has panicked while somebody outside of the world reads it.
    fn panicked(&self, payload: &(dyn Any + Send)) -> Error;
}

#[derive(Default)]
struct Sent {
    bodies: BTreeMap<String, Body>,
    count: u64,
}

thread_local! {
    static SENT: RefCell<Sent> = RefCell::default();
    /// The object that is running.
    static RUNNING: RefCell<Option<Rc<dyn Producer>>> = const { RefCell::new(None) };
}

/// Notes that the object runs, or that none does.
pub(super) fn runs(producer: Option<Rc<dyn Producer>>) {
    RUNNING.set(producer);
}

/// Whether that object runs, and not somebody who reads what it sends.
pub(super) fn is_running(object: &impl Producer) -> bool {
    RUNNING.with_borrow(|running| {
        let running = running.as_ref().map(Rc::as_ptr);
        running.is_some_and(|running| std::ptr::addr_eq(running, object))
    })
}

/// The body, for as long as the object lasts that is running, which it keeps in memory.
pub(super) fn lasting(body: Body) -> Body {
    match RUNNING.with_borrow(Clone::clone) {
        Some(producer) => produced(body, producer),
        None => body,
    }
}

/// A body of that producer's.
pub(super) fn produced(body: Body, producer: Rc<dyn Producer>) -> Body {
    Body::stream(Lasting::new(body, producer))
}

/// Sends a body beside the values of a call, and returns its ticket.
pub(crate) fn send(body: Body) -> String {
    let body = lasting(body);
    SENT.with_borrow_mut(|sent| {
        sent.count += 1;
        let ticket = format!("{STREAM}{}", sent.count);
        sent.bodies.insert(ticket.clone(), body);
        ticket
    })
}

/// The body of a ticket.
pub(crate) fn claim(ticket: &[u8]) -> Option<Body> {
    let ticket = std::str::from_utf8(ticket).ok()?;
    SENT.with_borrow_mut(|sent| sent.bodies.remove(ticket))
}

/// The next stream of the call that is being read: each has a ticket here.
pub(crate) fn arrived() -> Option<Body> {
    None
}

/// A body that an object produces.
struct Lasting {
    body: Body,
    producer: Rc<dyn Producer>,
    object: Option<Weak<dyn Host>>,
}

impl Lasting {
    fn new(body: Body, producer: Rc<dyn Producer>) -> Self {
        producer.streams().update(|count| count + 1);
        let object = producer.in_memory();
        Self {
            body,
            producer,
            object,
        }
    }

    /// Reads on; where nothing of the world runs, a panic of the body is its error. Otherwise it ends
    /// who reads as well, since all are in one isolate.
    fn next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        let mut next = || Pin::new(&mut self.body).poll_frame(cx);
        if RUNNING.with_borrow(Option::is_some) {
            return next();
        }
        catch_unwind(AssertUnwindSafe(next))
            .unwrap_or_else(|payload| Poll::Ready(Some(Err(self.producer.panicked(&*payload)))))
    }
}

impl Drop for Lasting {
    fn drop(&mut self) {
        self.producer.streams().update(|count| count - 1);
    }
}

impl http_body::Body for Lasting {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>>>> {
        let object = self.object.as_ref();
        if object.is_some_and(|object| object.strong_count() == 0) {
            let message = "the object was lost";
            return Poll::Ready(Some(Err(Error::new(ErrorKind::Unavailable, message))));
        }
        let next = match self.next(cx) {
            Poll::Ready(Some(next)) => next,
            other => return other,
        };
        if next.is_err() {
            self.body = Body::empty(); // nothing follows an error, as in a Worker
        }
        Poll::Ready(Some(next))
    }
}
