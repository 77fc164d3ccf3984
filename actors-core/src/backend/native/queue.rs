//! Queues in memory.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use super::sim::Sim;
use crate::bindings::queue::QueueSender;
use crate::error::Result;
use crate::time::{Duration, Timestamp};
use crate::turn::BoxFuture;

/// The messages that wait in a queue, in the order in which they were sent: each with the time from
/// which it can be delivered, and its JSON.
pub(crate) type Waiting = RefCell<Vec<(Timestamp, String)>>;

/// A queue of a world.
pub(super) struct Producer {
    pub(super) sim: Weak<Sim>,
    pub(super) waiting: Rc<Waiting>,
}

impl QueueSender for Producer {
    fn send(&self, messages: Vec<String>, delay: Option<u32>) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            let sim = self
                .sim
                .upgrade()
                .expect("the world exists while it is used");
            sim.sleep(Duration::ZERO).await;
            let due = sim.now() + Duration::from_secs(delay.unwrap_or_default().into());
            let messages = messages.into_iter().map(|text| (due, text));
            self.waiting.borrow_mut().extend(messages);
            Ok(())
        })
    }
}
