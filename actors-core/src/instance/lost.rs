//! The object's own alarm, should the platform have lost it: after six failures, or when
//! it was deleted or the database restored behind the actor's back.

use std::rc::Rc;

use super::Instance;
use super::alarm::{earliest, set};
use super::beside::Life;
use crate::log;
use crate::time::Timestamp;

/// Sees, beside whatever goes on, whether the object's own alarm is still set, and sets it
/// again if not. `expected` is when it is to ring, where that is known: else it is read.
pub(crate) fn look_after(instance: &Rc<Instance>, expected: Option<Timestamp>) {
    if instance.def.alarms().next().is_none() {
        return;
    }
    let looking = instance.clone();
    let settings = instance.beside().settings;
    instance.platform().spawn(Box::pin(async move {
        let instance = &looking;
        let is_seen_to = || {
            instance.beside().settings != settings
                || instance.is_destroyed()
                || instance.ringing.is_on()
        };
        if !is_seen_to()
            && let Ok(armed) = instance.platform().alarm().await
            && !is_seen_to()
        {
            mend(instance, armed, expected);
        }
    }));
}

fn mend(instance: &Instance, armed: Option<Timestamp>, expected: Option<Timestamp>) {
    if instance.beside().life != Life::Exists {
        return;
    }
    // Without a table there are no alarms.
    let expected = expected.or_else(|| earliest(instance).ok().flatten());
    let Some(expected) = expected else { return };
    // What is due rings at any moment, and may be set for a little after its time.
    if armed.is_some_and(|armed| armed <= expected.max(instance.now())) {
        return;
    }
    log::error("the platform has lost the alarm of this object: it is set again");
    if let Err(error) = set(instance, Some(expected)) {
        log::error(&format!("the alarm of this object can't be set: {error}"));
    }
}
