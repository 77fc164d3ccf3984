//! Due alarms of synchronous handlers, which run together: one turn and one transaction for many
//! takes a fraction of the time of one for each.

use super::Actor;
use super::RunAlarm;
use super::ctx::Inner;
use super::host::handler_of;
use super::object::{Object, awake};
use crate::alarms::Due;
use crate::error::{Error, Result};
use crate::turn::gate::Access;

impl<A: Actor> Object<A> {
    /// Runs them one after the other, in the turn at hand: each may fail alone, and what they have
    /// done takes effect together.
    pub(super) fn run_together(&self, due: &[Due]) -> Result<()> {
        let saved = &self.0.saved;
        let stored = saved.borrow().fields().to_owned();
        let outcome = self.instance().transact(&mut || {
            due.iter().try_for_each(|due| self.run_alarm(due))?;
            let fields = saved.borrow().fields().to_owned();
            match fields == stored {
                true => Ok(()),
                false => self.store(&fields),
            }
        });
        if outcome.is_err() && due.iter().any(is_exclusive) {
            saved.borrow_mut().set(stored);
            self.restore();
        }
        self.end();
        outcome
    }

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
                    self.0.saved.borrow_mut().set(fields);
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
        let Inner {
            ctx, actor, saved, ..
        } = &*self.0;
        match handler_of::<A>(due).map(|handler| &handler.run) {
            Some(RunAlarm::Exclusive(run)) => {
                let mut actor = actor.borrow_mut();
                let actor = awake(actor.as_mut())?;
                run(actor, ctx, due, payload)?;
                saved.borrow().changed(actor)
            }
            Some(RunAlarm::Shared(run)) => {
                let actor = actor.borrow();
                let actor = awake(actor.as_ref())?;
                run(actor, ctx, due, payload)?;
                self.check_still(actor).map(|()| None)
            }
            Some(RunAlarm::Async(_)) | None => Err(Error::internal("no synchronous handler")),
        }
    }
}

fn is_exclusive(due: &Due) -> bool {
    due.access() == Some(Access::Exclusive)
}
