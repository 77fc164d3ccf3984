//! The object's own alarm, which is set to the earliest of its alarms.

use super::Instance;
use super::beside::Life;
use crate::error::Result;
use crate::time::{Duration, Timestamp};

/// 2262-04-11T23:47:16.854Z: the runtime counts nanoseconds in 64 bits, and takes a later alarm
/// for none.
pub(crate) const LAST: Timestamp = Timestamp::from_millis(i64::MAX / 1_000_000);

/// Sets the object's own alarm, if the transaction has changed which one is the earliest.
pub(crate) fn arm(instance: &Instance) -> Result<()> {
    match instance.beside().earliest {
        // What never existed needs no end.
        _ if instance.is_destroyed() && instance.beside().life == Life::Unborn => Ok(()),
        _ if instance.is_destroyed() => set(instance, Some(instance.now())),
        // Whoever runs alarms does it when they have run.
        _ if instance.ringing.is_on() => Ok(()),
        None => Ok(()),
        Some(before) => match earliest(instance)? {
            after if after == before => {
                instance.remember(|beside| beside.is_in_doubt = after);
                Ok(())
            }
            after => set(instance, after),
        },
    }
}

/// Sets the object's own alarm, for now if that time has passed: then a ring that is late
/// has been delivered before. workerd forgets an alarm that is set while one rings, for the
/// very time for which that does: what is due already rings a moment later.
pub(crate) fn set(instance: &Instance, at: Option<Timestamp>) -> Result<()> {
    let soonest = instance
        .now()
        .max(instance.ringing.planned() + Duration::from_millis(1));
    instance
        .platform()
        .set_alarm(at.map(|at| at.max(soonest).min(LAST)))?;
    instance.remember(|beside| {
        beside.settings += 1;
        beside.is_in_doubt = None;
    });
    Ok(())
}

pub(crate) fn earliest(instance: &Instance) -> Result<Option<Timestamp>> {
    instance.own().one(
        "SELECT MIN(due) FROM _actors_alarms WHERE due IS NOT NULL",
        (),
    )
}
