//! Queues in memory.

use std::rc::{Rc, Weak};

use super::bindings::Waiting;
use super::sim::{Sim, alive};
use crate::bindings::queue::QueueSender;
use crate::error::Result;
use crate::time::Duration;
use crate::turn::BoxFuture;

/// A queue of a world.
pub(super) struct Producer {
    pub(super) sim: Weak<Sim>,
    pub(super) waiting: Rc<Waiting>,
}

impl QueueSender for Producer {
    fn send(&self, messages: Vec<String>, delay: Option<u32>) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            let sim = alive(&self.sim);
            sim.sleep(Duration::ZERO).await;
            let due = sim.now() + Duration::from_secs(delay.unwrap_or_default().into());
            let messages = messages.into_iter().map(|text| (due, text));
            self.waiting.borrow_mut().extend(messages);
            Ok(())
        })
    }
}
