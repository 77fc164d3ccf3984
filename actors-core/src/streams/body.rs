//! A reader as a body: what is stored after its cursor, and then what comes.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body::Frame;

use super::form::Form;
use super::store::read;
use crate::error::{Error, ErrorKind, Result};
use crate::instance::Instance;

/// How many chunks are read at a time.
pub(super) const TOGETHER: usize = 100;

/// What wakes a reader.
pub(super) struct Reader {
    pub(super) stream: String,
    /// Whether there may be something to read.
    has_news: Cell<bool>,
    /// Whether it is time to say something, should there be nothing to read.
    is_due: Cell<bool>,
    /// Whether the object has ended.
    is_lost: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Reader {
    pub(super) fn new(stream: &str) -> Self {
        Self {
            stream: stream.to_owned(),
            has_news: Cell::new(true),
            is_due: Cell::default(),
            is_lost: Cell::default(),
            waker: RefCell::default(),
        }
    }

    pub(super) fn has_news(&self) {
        self.has_news.set(true);
        self.wake();
    }

    pub(super) fn is_due(&self) {
        self.is_due.set(true);
        self.wake();
    }

    pub(super) fn is_lost(&self) {
        self.is_lost.set(true);
        self.wake();
    }

    fn wake(&self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

/// The body of a reader.
pub(super) struct Chunks {
    pub(super) instance: Weak<Instance>,
    pub(super) reader: Rc<Reader>,
    pub(super) form: Form,
    pub(super) at: u64,
    pub(super) has_ended: bool,
}

impl Chunks {
    /// Reads what is there; nothing if there is no more now.
    fn next(&mut self) -> Result<Option<String>> {
        let instance = self.instance.upgrade();
        let instance = instance.filter(|_| !self.reader.is_lost.get());
        let instance = instance
            .ok_or_else(|| Error::new(ErrorKind::Unavailable, "the object of a stream was lost"))?;
        if !self.reader.has_news.replace(false) {
            return Ok(None);
        }
        let part = read(&instance, &self.reader.stream, self.at, TOGETHER)?;
        let text = self.form.write(&self.reader.stream, &part, self.at)?;
        self.has_ended = part.is_over();
        self.reader.has_news.set(!part.is_all);
        self.at = part.at;
        Ok((!text.is_empty()).then_some(text))
    }
}

impl http_body::Body for Chunks {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>>>> {
        if self.has_ended {
            return Poll::Ready(None);
        }
        self.reader.waker.replace(Some(cx.waker().clone()));
        let is_due = self.reader.is_due.take();
        match self.next() {
            Ok(Some(text)) => Poll::Ready(Some(Ok(Frame::data(text.into())))),
            Ok(None) if self.has_ended => Poll::Ready(None),
            Ok(None) if is_due => Poll::Ready(Some(Ok(Frame::data(self.form.alive().into())))),
            Ok(None) => Poll::Pending,
            Err(error) => {
                self.has_ended = true;
                Poll::Ready(Some(Err(error)))
            }
        }
    }
}
