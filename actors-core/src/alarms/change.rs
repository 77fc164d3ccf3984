//! Changes to the rows of alarms.

use crate::error::Result;
use crate::instance::Instance;
use crate::instance::alarm::earliest;
use crate::instance::remembered::Life;

/// Changes alarms, in a transaction that ends by arming the object's own alarm.
pub(crate) fn change<T>(
    instance: &Instance,
    body: impl FnOnce(&Instance) -> Result<T>,
) -> Result<T> {
    instance.transaction(|| {
        take_note(instance)?;
        instance.alarms_changed();
        body(instance)
    })
}

/// The same with a single statement, which needs no savepoint within the transaction of a handler.
pub(crate) fn change_once<T>(
    instance: &Instance,
    statement: impl FnOnce(&Instance) -> Result<T>,
) -> Result<T> {
    if !instance.is_in_transaction() {
        return change(instance, statement);
    }
    take_note(instance)?;
    instance.alarms_changed();
    statement(instance)
}

/// Notes that the earliest alarm may be about to change.
pub(super) fn take_note(instance: &Instance) -> Result<()> {
    if instance.ringing.is_on() {
        instance.ringing.changed();
    } else if instance.remembered().earliest.is_none() {
        // What `#[on_init]` schedules is not armed before the object exists.
        let earliest = match instance.remembered().life {
            Life::Exists => earliest(instance)?,
            Life::Unborn | Life::Rehearsed => None,
        };
        instance.remember(|beside| beside.earliest = Some(earliest));
    }
    Ok(())
}
