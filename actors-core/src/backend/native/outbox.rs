//! Outgoing messages of an object, held back until everything written before is durable.

use std::cell::RefCell;

/// The messages to send.
#[derive(Default)]
pub(super) struct Outbox(RefCell<Vec<Box<dyn FnOnce()>>>);

impl Outbox {
    /// Runs `action` once everything that the running object has written is durable.
    pub(super) fn send(&self, action: Box<dyn FnOnce()>) {
        self.0.borrow_mut().push(action);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// Sends the messages: what was written before them is durable.
    pub(super) fn flush(&self) {
        let actions = self.0.take();
        actions.into_iter().for_each(|action| action());
    }

    /// Drops the messages: what was written before them is lost.
    pub(super) fn clear(&self) {
        self.0.take();
    }
}
