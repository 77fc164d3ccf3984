//! The object's own alarm, which is set to the earliest of its alarms.

use super::Instance;
use super::remembered::Life;
use crate::error::Result;
use crate::time::{Duration, Timestamp};

/// 2262-04-11T23:47:16.854Z: the runtime counts nanoseconds in 64 bits, and ignores a later
/// alarm.
pub(crate) const LAST: Timestamp = Timestamp::from_millis(i64::MAX / 1_000_000);

/// Sets the object's own alarm, if the transaction has changed the earliest one.
pub(crate) fn arm(instance: &Instance) -> Result<()> {
    match instance.remembered().earliest {
        // An object that never existed needs no ending.
        _ if instance.is_destroyed() && instance.remembered().life == Life::Unborn => Ok(()),
        _ if instance.is_destroyed() => set(instance, Some(instance.now())),
        // The ring that is running does it at its end.
        _ if instance.ringing.is_on() => Ok(()),
        None => Ok(()),
        Some(before) => match earliest(instance)? {
            after if after == before => {
                instance.remember(|remembered| remembered.is_in_doubt = after);
                Ok(())
            }
            after => set(instance, after),
        },
    }
}

/// Sets the object's own alarm; for now if its time has passed, so that a late ring means a
/// redelivered one. workerd forgets an alarm that is set, while one rings, for the very
/// time of that ring: so what is already due rings a millisecond later.
pub(crate) fn set(instance: &Instance, at: Option<Timestamp>) -> Result<()> {
    let soonest = instance
        .now()
        .max(instance.ringing.planned() + Duration::from_millis(1));
    instance
        .platform()
        .set_alarm(at.map(|at| at.max(soonest).min(LAST)))?;
    instance.remember(|remembered| {
        remembered.settings += 1;
        remembered.is_in_doubt = None;
    });
    Ok(())
}

pub(super) const EARLIEST: &str = "SELECT MIN(due) FROM _actors_alarms WHERE due IS NOT NULL";

pub(crate) fn earliest(instance: &Instance) -> Result<Option<Timestamp>> {
    instance.alarms()?.one(EARLIEST, ())
}
