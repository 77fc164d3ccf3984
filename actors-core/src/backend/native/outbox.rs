//! What leaves an object, as soon as what was written before it is durable.

use std::cell::RefCell;

/// What is to be sent.
#[derive(Default)]
pub(super) struct Outbox(RefCell<Vec<Box<dyn FnOnce()>>>);

impl Outbox {
    /// Does `action` when what the object at work has written is durable.
    pub(super) fn send(&self, action: Box<dyn FnOnce()>) {
        self.0.borrow_mut().push(action);
    }

    /// Sends it: what was written before is durable.
    pub(super) fn flush(&self) {
        let actions = self.0.take();
        actions.into_iter().for_each(|action| action());
    }

    /// Forgets it: what was written before is lost.
    pub(super) fn clear(&self) {
        self.0.take();
    }
}
