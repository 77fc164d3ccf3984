//! What a task does: steps, writes, sleeps, events. Compiled once for all tasks.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use super::execution::{Execution, Stop};
use super::operation::Operation;
use super::replay::{Done, Outcome, Waits};
use super::{Phase, end, journal};
use crate::alarms::Retry;
use crate::error::{Error, ErrorKind, Result};
use crate::instance::transaction::not_run;
use crate::object::fields::AnyActor;
use crate::platform::sleep;
use crate::time::{Duration, Timestamp, human, in_time, minutes};
use crate::turn::BoxFuture;

/// How long an attempt of a step may take, unless it says otherwise.
pub(crate) const LIMIT: Duration = minutes(5);
/// The longest limit: the platform ends a ring of the object's alarm after 15 minutes, and a step
/// begins within the first five.
pub(crate) const LONGEST: Duration = minutes(9);

/// An attempt at a step.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// A key for what must be done only once, however often this step is attempted: the same at
    /// each attempt, and another for every other step, task and actor.
    pub key: String,
    /// Which attempt this is, from 1.
    pub number: u32,
}

/// The code of a step, without the type that it returns.
pub(crate) trait StepBody {
    fn attempt(&mut self, attempt: Attempt) -> BoxFuture<'_, Result<String>>;
}

/// The code of a write: it is called once, within a transaction.
pub(crate) type WriteBody<'a> = dyn FnMut() -> Result<String> + 'a;

/// The same, on the actor, in a turn that is alone.
pub(crate) type ChangeBody<'a> = dyn FnMut(&mut dyn AnyActor) -> Result<String> + 'a;

impl Execution {
    /// Runs a step until it has succeeded or failed for good.
    pub(crate) async fn step(
        &self,
        name: String,
        retry: Retry,
        limit: Duration,
        body: &mut dyn StepBody,
    ) -> Outcome {
        if limit > LONGEST || limit.is_zero() {
            let longest = human(LONGEST);
            return Err(Error::invalid(format!(
                "`{name}` can't take up to {}: a step takes up to {longest}, since the platform \
                 ends what takes 15 minutes; begin what takes longer elsewhere, and wait for it \
                 with `run.event`",
                human(limit)
            )));
        }
        let operation = self.begin(Phase::Retrying, name).await;
        operation
            .outcome(pin!(operation.attempt(retry, limit, body)))
            .await
    }

    /// Runs `body` in one transaction with the journal's entry.
    pub(crate) async fn write_within(&self, name: String, body: &mut WriteBody<'_>) -> Outcome {
        let operation = self.begin(Phase::Queued, name).await;
        operation.outcome(pin!(operation.write_within(body))).await
    }

    /// Runs `body` on the actor, in a turn that is alone, and in one transaction with the journal's
    /// entry.
    pub(crate) async fn change(&self, name: String, body: &mut ChangeBody<'_>) -> Outcome {
        let operation = self.begin(Phase::Queued, name).await;
        operation.outcome(pin!(operation.change(body))).await
    }

    /// Waits until the time that `until` makes of the current one.
    pub(crate) async fn sleep(
        &self,
        name: String,
        until: &dyn Fn(Timestamp) -> Timestamp,
    ) -> Outcome {
        let operation = self.begin(Phase::Asleep, name).await;
        operation.outcome(pin!(operation.sleep(until))).await
    }

    /// Takes the next signal of that name; nothing if none comes in time.
    pub(crate) async fn event(&self, name: String, within: Option<Duration>) -> Outcome {
        let operation = self.begin(Phase::AwaitsEvent, name).await;
        operation.outcome(pin!(operation.event(within))).await
    }

    /// Reads the actor in the code of a step.
    pub(crate) async fn read(
        &self,
        body: &mut dyn FnMut(&dyn AnyActor) -> Result<()>,
    ) -> Result<()> {
        if !self.is_inside() {
            return Err(Error::invalid(
                "`run.read` is for the code of a step: what it finds may be something else when \
                 the task is replayed; put it into a step, which keeps what it returns",
            ));
        }
        let mut is_there = false;
        let mut read = |actor: &dyn AnyActor| {
            is_there = journal::is_there(self.instance(), self.id)?;
            match is_there {
                true => body(actor),
                false => Ok(()),
            }
        };
        self.object.read_moment(&mut read).await?;
        match is_there {
            true => Ok(()),
            // The actor has been destroyed, and this would be another one.
            false => self.stop(Stop::Gone).await,
        }
    }

    /// Stores how far the task has come, and tells who follows it.
    pub(crate) fn progress(&self, progress: &str) -> Result<()> {
        if self.is_replaying() {
            return Ok(());
        }
        let bytes = progress.len();
        if bytes > MOST_PROGRESS {
            return Err(Error::invalid(format!(
                "the progress of a task takes at most {MOST_PROGRESS} bytes as JSON, this one \
                 takes {bytes}"
            )));
        }
        let instance = self.instance();
        let statement = "UPDATE _actors_tasks SET progress = ?, changed = ? WHERE id = ?";
        instance
            .own()
            .run(statement, (progress, instance.now(), self.id))?;
        end::tell(instance.platform(), self.id, "progress", progress);
        Ok(())
    }
}

/// The longest progress, in bytes.
const MOST_PROGRESS: usize = 100_000;

impl Operation<'_> {
    async fn attempt(
        &self,
        retry: Retry,
        limit: Duration,
        body: &mut dyn StepBody,
    ) -> Result<(), Stop> {
        let mut failures = self.known.attempts;
        if let Some(due) = self.known.due {
            self.wait_until(due).await;
        }
        loop {
            self.turn().await?;
            self.set_waits(Waits::Running);
            let attempt = Attempt {
                key: self.key(),
                number: failures + 1,
            };
            let result = self.limited(limit, body.attempt(attempt)).await;
            let result =
                result.and_then(|text| end::check("step", &self.name, &text).map(|()| text));
            failures += 1;
            match result {
                Err(error) if !error.is_permanent() && failures < retry.max => {
                    self.wait_for_retry(retry, failures, &error).await?;
                }
                result => return self.complete(result.map(Some)),
            }
        }
    }

    async fn wait_for_retry(&self, retry: Retry, failures: u32, error: &Error) -> Result<(), Stop> {
        let wait = retry.wait(failures, self.key());
        let due = self.execution.instance().now() + wait;
        self.note(Some(due), failures, Err(&journal::kept(error)))?;
        self.wait_until(due).await;
        Ok(())
    }

    fn key(&self) -> String {
        let Execution { id, .. } = self.execution;
        let object = self.execution.instance().platform().id();
        format!("{object}-{id}-{}", self.number)
    }

    /// The attempt, or an error if it takes too long.
    async fn limited(
        &self,
        limit: Duration,
        attempt: BoxFuture<'_, Result<String>>,
    ) -> Result<String> {
        let over = sleep(self.execution.instance().platform(), limit);
        let result = in_time(attempt, over).await;
        result.unwrap_or_else(|| Err(self.late(limit)))
    }

    fn late(&self, limit: Duration) -> Error {
        let (name, limit) = (&self.name, human(limit));
        let message = format!("`{name}` has taken longer than its limit of {limit}");
        Error::new(ErrorKind::Unavailable, message)
    }

    async fn write_within(&self, body: &mut WriteBody<'_>) -> Result<(), Stop> {
        self.turn().await?;
        let mut journaled = Ok(None);
        let written = self.execution.instance().transaction(|| {
            journaled = self.journal(body()?).map(Some);
            fails(&journaled)
        });
        self.finish_write(written, journaled)
    }

    async fn change(&self, body: &mut ChangeBody<'_>) -> Result<(), Stop> {
        self.turn().await?;
        self.set_waits(Waits::Running);
        let mut journaled = Ok(None);
        let mut change = |actor: &mut dyn AnyActor| {
            journaled = self.journal(body(actor)?).map(Some);
            fails(&journaled)
        };
        let changed = self.execution.object.change_moment(&mut change).await;
        self.finish_write(changed.map_err(Stop::Broken)?, journaled)
    }

    /// Stores what a write returns, in its transaction.
    fn journal(&self, result: String) -> Result<Done, Stop> {
        end::check("result", &self.name, &result).map_err(Stop::Failed)?;
        self.store(Ok(Some(result)))
    }

    /// Hands over the result of a write; or the error of one that is undone.
    fn finish_write(
        &self,
        written: Result<()>,
        journaled: Result<Option<Done>, Stop>,
    ) -> Result<(), Stop> {
        match (written, journaled?) {
            (Ok(()), Some(done)) => {
                self.execution.hand_over(done);
                Ok(())
            }
            (Ok(()), None) => Err(Stop::Broken(not_run())),
            (Err(error), _) => self.complete(Err(error)),
        }
    }

    async fn sleep(&self, until: &dyn Fn(Timestamp) -> Timestamp) -> Result<(), Stop> {
        let due = match self.known.due {
            Some(due) => due,
            None => {
                self.turn().await?;
                let due = until(self.execution.instance().now());
                self.note(Some(due), 0, Ok(None))?;
                due
            }
        };
        self.wait_until(due).await;
        self.complete(Ok(Some("null".to_owned())))
    }

    async fn event(&self, within: Option<Duration>) -> Result<(), Stop> {
        self.turn().await?;
        if self.take_signal().await? {
            return Ok(());
        }
        let due = match self.known.is_noted {
            true => self.known.due,
            false => {
                let due = within.map(|span| self.execution.instance().now() + span);
                self.note(due, 0, Ok(None))?;
                due
            }
        };
        let mut told = self.execution.told.get();
        loop {
            self.set_waits(Waits::Until(due));
            poll_fn(|_| {
                let is_told = told != self.execution.told.get();
                let is_over = due.is_some_and(|due| due <= self.execution.instance().now());
                match is_told || is_over {
                    true => Poll::Ready(()),
                    false => {
                        self.set_waits(Waits::Until(due));
                        Poll::Pending
                    }
                }
            })
            .await;
            told = self.execution.told.get();
            if self.take_signal().await? {
                return Ok(());
            }
            if due.is_some_and(|due| due <= self.execution.instance().now()) {
                return self.complete(Ok(None));
            }
        }
    }

    /// Takes a signal, if there is one, in one transaction with the journal's entry. The task gets
    /// it next: so none is lost by an event that is given up for something else.
    async fn take_signal(&self) -> Result<bool, Stop> {
        self.come_next().await;
        let (execution, mut taken) = (self.execution, Ok(None));
        let outcome = execution.instance().transaction(|| {
            let value = journal::take_signal(execution.instance(), execution.id, &self.name)?;
            if let Some(value) = value {
                taken = self.journal(value).map(Some);
            }
            fails(&taken)
        });
        let taken = taken?;
        outcome.map_err(Stop::Broken)?;
        Ok(taken.map(|done| execution.hand_over(done)).is_some())
    }
}

/// Undoes the transaction in which something could not be journaled.
fn fails<T>(journaled: &Result<T, Stop>) -> Result<()> {
    match journaled {
        Ok(_) => Ok(()),
        Err(_) => Err(Error::internal("not journaled")),
    }
}
