//! Due alarms of synchronous handlers, which run together: one turn and one transaction for many
//! takes a fraction of the time of one for each.

use super::{Object, RunAlarm, awake};
use crate::alarms::Due;
use crate::error::{Error, Result};
use crate::turn::gate::Access;

/// Runs them one after the other, in the turn at hand: each may fail alone, and what they have
/// done takes effect together.
pub(crate) fn run_together(object: &Object, due: &[Due]) -> Result<()> {
    let saved = &object.memory.saved;
    let stored = saved.fields();
    let outcome = object.instance().transact(&mut || {
        due.iter().try_for_each(|due| object.run_alarm(due))?;
        let fields = saved.fields();
        match fields == stored {
            true => Ok(()),
            false => saved.store(object.instance(), &fields),
        }
    });
    if outcome.is_err() && due.iter().any(is_exclusive) {
        saved.set(stored);
        object.restore();
    }
    object.end();
    outcome
}

impl Object {
    /// Runs an alarm, and records its outcome.
    fn run_alarm(&self, due: &Due) -> Result<()> {
        let instance = self.instance();
        // The next ring finds the alarms that are left, if the object is.
        if instance.is_destroyed() || !instance.gate.is_awake() {
            return Ok(());
        }
        let mut fields = None;
        let result = due.run_within(instance, &mut |payload| {
            fields = self.handle(due, payload)?;
            Ok(())
        });
        match result {
            Ok(()) => {
                // Stored after the last of them.
                if let Some(fields) = fields {
                    self.memory.saved.set(fields);
                }
                Ok(())
            }
            Err(error) => {
                if is_exclusive(due) {
                    self.restore();
                }
                due.fail(instance, &error)
            }
        }
    }

    /// Calls the handler; returns the persisted fields if it has changed any.
    fn handle(&self, due: &Due, payload: &str) -> Result<Option<String>> {
        let actor = &self.memory.actor;
        let begin = || self.instance().begin_alarm(due.as_run());
        match self.handler_of(due).map(|handler| &handler.run) {
            Some(RunAlarm::Exclusive(run)) => {
                let mut actor = actor.borrow_mut();
                let actor = awake(actor.as_deref_mut())?;
                let running = begin();
                run(actor, due, payload)?;
                drop(running);
                self.changed(actor)
            }
            Some(RunAlarm::Shared(run)) => {
                let actor = actor.borrow();
                let actor = awake(actor.as_deref())?;
                let running = begin();
                run(actor, due, payload)?;
                drop(running);
                self.check_still(actor).map(|()| None)
            }
            Some(RunAlarm::Async(_)) | None => Err(Error::internal("no synchronous handler")),
        }
    }
}

fn is_exclusive(due: &Due) -> bool {
    due.access() == Some(Access::Exclusive)
}
