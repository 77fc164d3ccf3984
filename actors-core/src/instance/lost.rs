//! Restores the object's own alarm if the platform has lost it: after six failures, or
//! because it was deleted or the database was restored without the actor's knowledge.

use std::rc::Rc;

use super::Instance;
use super::alarm::{EARLIEST, set};
use super::remembered::Life;
use crate::log;
use crate::time::Timestamp;

/// Checks, in the background, whether the object's own alarm is still set, and sets it
/// again if not. `expected` is when it should ring; without it, that is read.
pub(crate) fn check_alarm(instance: &Rc<Instance>, expected: Option<Timestamp>) {
    if instance.remembered().life != Life::Exists {
        return;
    }
    let looking = instance.clone();
    let settings = instance.remembered().settings;
    instance.platform().spawn(Box::pin(async move {
        let instance = &looking;
        let is_handled = || {
            instance.remembered().settings != settings
                || instance.is_destroyed()
                || instance.ringing.is_on()
        };
        if !is_handled()
            && let Ok(armed) = instance.platform().alarm().await
            && !is_handled()
        {
            rearm(instance, armed, expected);
        }
    }));
}

/// When the earliest stored alarm is due. Without their table there are none, which no statement
/// needs to show.
fn stored(instance: &Instance) -> Option<Timestamp> {
    let rows = instance.platform().sql_fetch(EARLIEST, &[]).ok()?;
    let mut earliest = None;
    let read = rows.visit(&mut |row| {
        earliest = row.get(0)?;
        Ok(())
    });
    read.ok().and(earliest)
}

fn rearm(instance: &Instance, armed: Option<Timestamp>, expected: Option<Timestamp>) {
    if instance.remembered().life != Life::Exists {
        return;
    }
    let Some(expected) = expected.or_else(|| stored(instance)) else {
        return;
    };
    // An alarm that is due rings at any moment, and may be set for slightly later.
    if armed.is_some_and(|armed| armed <= expected.max(instance.now())) {
        return;
    }
    log::error("the platform has lost the alarm of this object: it has been set again");
    if let Err(error) = set(instance, Some(expected)) {
        log::error(&format!("the alarm of this object can't be set: {error}"));
    }
}
