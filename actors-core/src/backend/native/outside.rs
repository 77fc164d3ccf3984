//! What happens outside of all objects.

use std::future::poll_fn;
use std::rc::{Rc, Weak};

use super::sim::{Answer, Sim, alive};
use crate::error::Result;
use crate::turn::BoxFuture;

/// Does something once what the running object has written is durable, and waits for the outcome:
/// an object that crashes before that has not asked for it.
pub(super) fn outside<T: 'static>(
    sim: &Weak<Sim>,
    work: impl FnOnce() -> Result<T> + 'static,
) -> BoxFuture<'static, Result<T>> {
    let sim = sim.clone();
    Box::pin(async move {
        let answer = Rc::new(Answer::default());
        let sent = answer.clone();
        alive(&sim).outbox.send(Box::new(move || sent.set(work())));
        poll_fn(move |cx| answer.poll(cx)).await
    })
}
