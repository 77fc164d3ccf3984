//! What an object remembers while it runs its alarms.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Context, Waker};

use crate::time::Timestamp;

/// Whether the actor is running its alarms.
#[derive(Default)]
pub(crate) struct Ringing {
    is_on: Cell<bool>,
    /// Whether alarms have been scheduled or cancelled since the last check.
    has_changed: Cell<bool>,
    waker: RefCell<Option<Waker>>,
    object: RefCell<Rc<str>>,
    /// When it began to do so last.
    began: Cell<Timestamp>,
    /// The planned time of the last ring.
    pub(crate) planned: Cell<Timestamp>,
}

impl Ringing {
    pub(crate) fn is_on(&self) -> bool {
        self.is_on.get()
    }

    pub(crate) fn planned(&self) -> Timestamp {
        self.planned.get()
    }

    /// The id of the object.
    pub(crate) fn object(&self) -> Rc<str> {
        self.object.borrow().clone()
    }

    /// Notes that alarms have been scheduled or cancelled.
    pub(crate) fn changed(&self) {
        self.has_changed.set(true);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    /// Whether alarms have changed; if not, the task is woken when they do.
    pub(crate) fn has_changed(&self, cx: &Context<'_>) -> bool {
        self.waker.replace(Some(cx.waker().clone()));
        self.has_changed.take()
    }

    /// When the actor began to run its alarms.
    pub(crate) fn began(&self) -> Timestamp {
        self.began.get()
    }

    pub(crate) fn begin(&self, object: String, now: Timestamp) -> impl Drop + '_ {
        self.object.replace(object.into());
        self.began.set(now);
        self.is_on.set(true);
        Off(&self.is_on)
    }
}

/// Ends the ringing when dropped.
struct Off<'a>(&'a Cell<bool>);

impl Drop for Off<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}
