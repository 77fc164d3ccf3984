//! A due alarm: running its handler, and recording the outcome.

use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;

use serde::de::DeserializeOwned;

use super::list::arguments;
use super::{AlarmDef, AlarmId, AlarmRun, Recurrence, Retry};
use crate::error::{Error, Result};
use crate::instance::Instance;
use crate::instance::storage::Storage;
use crate::log;
use crate::sql::{FromRow, Row};
use crate::time::{Timestamp, hours, minutes};
use crate::turn::gate::Access;

/// What an alarm's row records about runs that the end of the process has cut short. An
/// asynchronous handler that waits is marked; a synchronous one deletes its row when it is
/// done.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    None,
    /// It was running once, others perhaps as well.
    CutShort,
    /// And then a second time: it may well be the cause.
    CutShortTwice,
    /// It was running, and no other was.
    Alone,
}

/// A due alarm.
#[doc(hidden)]
#[derive(Clone)]
pub struct Due {
    pub(crate) id: i64,
    pub(crate) handler: String,
    due: Timestamp,
    planned: Timestamp,
    recurrence: Option<Recurrence>,
    attempts: u32,
    pub(crate) mark: Mark,
    chain: u32,
    /// The stored arguments, unless they are large.
    payload: Option<String>,
    /// The count of [`Instance::alarm_changes`] when it was read.
    changes: u64,
    def: Option<AlarmDef>,
    /// Whether the code lacks a handler for it, or has one that takes other arguments.
    pub(crate) misfit: Rc<Cell<bool>>,
}

impl FromRow for Due {
    const WIDTH: usize = 11;

    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            handler: row.get(1)?,
            due: row.get(2)?,
            planned: row.get(3)?,
            recurrence: Recurrence::from_columns(row.get(4)?, row.get(5)?, row.get(6)?),
            attempts: row.get(7)?,
            mark: match row.get(8)? {
                0 => Mark::None,
                1 => Mark::CutShort,
                2 => Mark::CutShortTwice,
                _ => Mark::Alone,
            },
            chain: row.get(9)?,
            payload: row.get(10)?,
            changes: 0,
            def: None,
            misfit: Rc::default(),
        })
    }
}

impl Due {
    /// Without large arguments: those of a whole batch might not fit into memory.
    pub(crate) const SELECT: &str = "SELECT id, handler, due, planned, every, cron, zone, \
                                     attempts, started, chain, \
                                     CASE WHEN LENGTH(payload) <= 4000 THEN payload END \
                                     FROM _actors_alarms";

    /// An alarm that has just been read, with what the code declares for its handler.
    pub(crate) fn known_to(mut self, instance: &Instance) -> Self {
        self.def = instance.def.alarm_called(&self.handler);
        self.changes = instance.alarm_changes.get();
        self
    }

    /// How its turn uses the actor, if its handler is synchronous.
    pub(crate) fn access(&self) -> Option<Access> {
        self.def?.access
    }

    /// The handler and how many of its alarms run at once, if that is limited.
    pub(crate) fn limited(&self) -> Option<(&'static str, usize)> {
        let def = self.def?;
        Some((def.name, def.at_most? as usize))
    }

    /// Returns the stored arguments; none if the alarm has been cancelled or moved.
    pub(crate) fn payload(&self, instance: &Instance) -> Result<Option<Cow<'_, str>>> {
        match &self.payload {
            Some(payload) if self.changes == instance.alarm_changes.get() => {
                Ok(Some(payload.into()))
            }
            _ => {
                let statement = "SELECT payload FROM _actors_alarms WHERE id = ? AND due = ?";
                let payload: Option<String> =
                    (instance.alarms()?).optional(statement, (self.id, self.due))?;
                Ok(payload.map(Cow::Owned))
            }
        }
    }

    /// Runs it as part of the open transaction, unless it has been cancelled or moved: if it
    /// fails, its part is undone.
    pub(crate) fn run_within(
        &self,
        instance: &Instance,
        handle: &mut dyn FnMut(&str) -> Result<()>,
    ) -> Result<()> {
        let Some(payload) = self.payload(instance)? else {
            return Ok(());
        };
        if self.is_plain() {
            instance.plainly(&mut || instance.only(Storage::Nothing, || handle(&payload)))?;
            instance.complete(self.id);
            return Ok(());
        }
        instance.transact(&mut || {
            match self.recurrence {
                None => instance.complete(self.id),
                Some(_) => self.complete(instance)?,
            }
            handle(&payload)
        })
    }

    /// Whether there is nothing to undo: without a context, and alone, the handler can't touch
    /// storage.
    fn is_plain(&self) -> bool {
        let can_touch = |def: AlarmDef| def.takes_ctx || def.access != Some(Access::Exclusive);
        self.recurrence.is_none() && !self.def.is_none_or(can_touch)
    }

    fn retry(&self) -> Retry {
        self.def.map_or(Retry::DEFAULT, |def| def.retry)
    }

    /// Marks it as the only one running, and waits until that is durable.
    pub(crate) async fn mark_durably(&self, instance: &Instance) -> Result<()> {
        self.set_mark(instance, Mark::Alone)?;
        instance.platform().sync().await;
        Ok(())
    }

    /// Marks that its handler waits and lets others run.
    pub(crate) fn mark_waiting(&self, instance: &Instance) -> Result<()> {
        match self.mark {
            Mark::None => self.set_mark(instance, Mark::CutShort),
            Mark::CutShort => self.set_mark(instance, Mark::CutShortTwice),
            Mark::CutShortTwice | Mark::Alone => Ok(()), // already singled out
        }
    }

    fn set_mark(&self, instance: &Instance, mark: Mark) -> Result<()> {
        let statement = "UPDATE _actors_alarms SET started = ? WHERE id = ? AND due = ?";
        (instance.alarms()?)
            .run(statement, (mark as u32, self.id, self.due))
            .map(drop)
    }

    pub(crate) fn as_run(&self) -> AlarmRun {
        AlarmRun {
            id: AlarmId(self.id),
            planned: self.planned,
            attempt: self.attempts + 1,
            due: self.due,
            chain: self.chain,
        }
    }

    pub(crate) fn arguments<P: DeserializeOwned>(&self, payload: &str) -> Result<P> {
        arguments(&self.handler, payload).inspect_err(|_| self.misfit.set(true))
    }

    /// Removes the alarm, or moves it to its next time, unless it has been cancelled or moved
    /// since it was found due.
    pub(crate) fn complete(&self, instance: &Instance) -> Result<()> {
        let alarms = instance.alarms()?;
        match &self.recurrence {
            None => alarms.run(
                "DELETE FROM _actors_alarms WHERE id = ? AND due = ?",
                (self.id, self.due),
            ),
            Some(recurrence) => alarms.run(
                "UPDATE _actors_alarms SET due = ?3, planned = ?3, attempts = 0, started = 0, \
                 error = NULL WHERE id = ?1 AND due = ?2",
                (
                    self.id,
                    self.due,
                    recurrence.next(self.planned, instance.now())?,
                ),
            ),
        }
        .map(drop)
    }

    /// Moves the alarm to another time, or removes it, with no failure so far.
    pub(crate) fn move_to(&self, instance: &Instance, next: Option<Timestamp>) -> Result<()> {
        let Some(next) = next else {
            return self.complete(instance);
        };
        let statement = "UPDATE _actors_alarms SET due = ?3, planned = ?3, attempts = 0, \
                         started = 0, error = NULL WHERE id = ?1 AND due = ?2";
        (instance.alarms()?)
            .run(statement, (self.id, self.due, next))
            .map(drop)
    }

    /// Records the outcome of its turn.
    pub(crate) fn finish(&self, instance: &Instance, result: Result<()>) -> Result<()> {
        match result {
            Ok(()) => Ok(()),
            Err(error) => self.fail(instance, &error),
        }
    }

    /// Records a failure: the alarm is retried later, or set aside.
    pub(crate) fn fail(&self, instance: &Instance, error: &Error) -> Result<()> {
        self.fail_with(instance, error, Mark::None)
    }

    /// Records that it has taken the process down: it is retried with care.
    pub(crate) fn fail_interrupted(&self, instance: &Instance) -> Result<()> {
        let error = Error::internal("the process was lost while it ran");
        self.fail_with(instance, &error, Mark::CutShortTwice)
    }

    fn fail_with(&self, instance: &Instance, error: &Error, mark: Mark) -> Result<()> {
        let (attempts, retry) = (self.attempts + 1, self.retry());
        let now = instance.now();
        let next = match &self.recurrence {
            // The newer code, which knows this alarm, may be back at any time.
            _ if self.misfit.get() && instance.is_behind.get() => {
                let wait = now.since(self.planned).clamp(minutes(1), hours(1));
                Some((now + wait, self.planned, self.attempts))
            }
            _ if self.misfit.get() => None,
            _ if attempts < retry.max => {
                let wait = retry.wait(attempts, (instance.ringing.object(), self.id));
                Some((now + wait, self.planned, attempts))
            }
            None => None,
            Some(recurrence) => {
                let next = recurrence.next(self.planned, now).ok();
                next.map(|next| (next, next, 0))
            }
        };
        log::error(&format!(
            "alarm `{}` ({}) failed, attempt {attempts} of {}{}: {error}",
            self.handler,
            self.id,
            retry.max,
            if next.is_none() {
                ", and is set aside"
            } else {
                ""
            },
        ));
        let (due, planned, attempts) = match next {
            Some((due, planned, attempts)) => (Some(due), planned, attempts),
            None => (None, self.planned, attempts),
        };
        (instance.alarms()?)
            .run(
                "UPDATE _actors_alarms SET due = ?, planned = ?, attempts = ?, started = ?, \
                 error = ? WHERE id = ? AND due = ?",
                (
                    due,
                    planned,
                    attempts,
                    mark as u32,
                    shortened(error.message()),
                    self.id,
                    self.due,
                ),
            )
            .map(drop)
    }
}

/// Cuts a message to what fits into a row beside the arguments.
fn shortened(message: &str) -> &str {
    &message[..message.floor_char_boundary(1_000)]
}
