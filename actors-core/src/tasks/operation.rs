//! An operation of a task, from its first poll to its outcome.

use std::cell::Cell;
use std::future::{Future, pending, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use super::execution::{Execution, Stop};
use super::journal::Record;
use super::replay::{Done, Known, Outcome, Waits};
use super::{Phase, end};
use crate::alarms::ring::TAKES_ON;
use crate::error::{Error, Result};
use crate::time::Timestamp;

/// How many operations a task may have.
const MOST_OPERATIONS: u32 = 10_000;
/// How much their outcomes may take together, in bytes.
const MOST_BYTES: usize = 16_000_000;

/// An operation of a task that has begun.
pub(super) struct Operation<'a> {
    pub(super) execution: &'a Execution,
    pub(super) number: u32,
    pub(super) name: String,
    /// What the journal has of it.
    pub(super) known: Known,
}

impl Drop for Operation<'_> {
    fn drop(&mut self) {
        self.execution.replay.borrow_mut().end(self.number);
    }
}

impl Execution {
    /// Begins an operation. The journal says whether it has been done before.
    pub(super) async fn begin(&self, phase: Phase, name: String) -> Operation<'_> {
        if self.is_inside() {
            let message = format!(
                "`{name}` has begun within another step: a step is done as a whole, so what is in \
                 it can't be journaled on its own; begin it before or after"
            );
            return self.stop(Stop::Misfit(Error::invalid(message))).await;
        }
        if let Err(error) = end::check_name(&name) {
            return self.stop(Stop::Misfit(error)).await;
        }
        let begun = self.replay.borrow_mut().begin(phase, name.clone());
        match begun.map_err(Error::schema) {
            Ok((number, known)) => Operation {
                execution: self,
                number,
                name,
                known,
            },
            Err(error) => self.stop(Stop::Misfit(error)).await,
        }
    }

    /// Refuses an operation of a task whose journal is full.
    fn check_room(&self) -> Result<(), Error> {
        let (count, bytes) = (self.replay.borrow().count, self.bytes.get());
        if count < MOST_OPERATIONS && bytes < MOST_BYTES {
            return Ok(());
        }
        Err(Error::invalid(format!(
            "the journal of the task `{}` is full, with {count} operations and {bytes} bytes: at \
             most {MOST_OPERATIONS} and {MOST_BYTES} are possible; go on in another task, started \
             with what this one has come to",
            self.def.name
        )))
    }
}

impl Operation<'_> {
    /// Polls the operation's own code, once the replay is over, and waits for the outcome: of the
    /// code, or of a former run, by the journal.
    pub(super) async fn outcome(
        &self,
        work: Pin<&mut dyn Future<Output = Result<(), Stop>>>,
    ) -> Outcome {
        let mut work = Some(work);
        poll_fn(|cx| {
            let Self {
                execution, number, ..
            } = self;
            let taken = execution.replay.borrow_mut().take(*number, cx.waker());
            if let Some(outcome) = taken {
                return Poll::Ready(outcome);
            }
            if execution.replay.borrow().is_live()
                && let Some(at_work) = work.as_mut()
            {
                let _inside = Inside::begin(&execution.inside, *number);
                if let Poll::Ready(done) = at_work.as_mut().poll(cx) {
                    work = None;
                    if let Err(stop) = done {
                        execution.stop.borrow_mut().get_or_insert(stop);
                    }
                }
            }
            Poll::Pending
        })
        .await
    }

    /// Waits until the operation may begin to do something.
    pub(super) async fn turn(&self) -> Result<(), Stop> {
        let execution = self.execution;
        execution.check_room().map_err(Stop::Failed)?;
        let ring = execution.instance().ringing.began();
        if execution.instance().now() >= ring + TAKES_ON {
            self.set_waits(Waits::NextRing);
            return pending().await;
        }
        Ok(())
    }

    /// Waits until the task gets next what the operation takes.
    pub(super) async fn come_next(&self) {
        poll_fn(|_| match self.execution.replay.borrow_mut().is_next() {
            true => Poll::Ready(()),
            false => Poll::Pending,
        })
        .await;
    }

    pub(super) fn set_waits(&self, waits: Waits) {
        self.execution
            .replay
            .borrow_mut()
            .set_waits(self.number, waits);
    }

    /// Waits until that time, out of memory if nothing else needs it.
    pub(super) async fn wait_until(&self, due: Timestamp) {
        poll_fn(|_| match due <= self.execution.instance().now() {
            true => Poll::Ready(()),
            false => {
                self.set_waits(Waits::Until(Some(due)));
                Poll::Pending
            }
        })
        .await;
        self.set_waits(Waits::Running);
    }

    /// Stores that the operation waits.
    pub(super) fn note(
        &self,
        due: Option<Timestamp>,
        attempts: u32,
        outcome: Result<Option<&str>, &Error>,
    ) -> Result<(), Stop> {
        self.execution.record(&Record {
            task: self.execution.id,
            number: self.number,
            name: &self.name,
            done: None,
            due,
            attempts,
            outcome,
        })
    }

    /// Stores the outcome, and returns it to be handed over.
    pub(super) fn store(&self, outcome: Outcome) -> Result<Done, Stop> {
        self.execution
            .write(self.number, &self.name, &self.known, outcome)
    }

    pub(super) fn complete(&self, outcome: Outcome) -> Result<(), Stop> {
        let done = self.store(outcome)?;
        self.execution.hand_over(done);
        Ok(())
    }
}

/// Notes which operation's own code is polled, until this is dropped.
struct Inside<'a>(&'a Cell<Option<u32>>);

impl<'a> Inside<'a> {
    fn begin(inside: &'a Cell<Option<u32>>, number: u32) -> Self {
        inside.set(Some(number));
        Self(inside)
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.set(None);
    }
}
