//! The object's own alarm, should the platform have lost it: after six failures, or when
//! it was deleted or the database restored behind the actor's back.

use super::table::{earliest, set};
use crate::actor::Actor;
use crate::backend;
use crate::ctx::Ctx;
use crate::object::Object;
use crate::time::Timestamp;
use crate::unborn::Life;

/// Sees, beside whatever goes on, whether the object's own alarm is still set, and sets it
/// again if not. `expected` is when it is to ring, where that is known: else it is read.
pub(crate) fn look_after<A: Actor>(object: &Object<A>, expected: Option<Timestamp>) {
    if A::HANDLERS.alarms.is_empty() {
        return;
    }
    let looking = object.clone();
    let settings = object.ctx().beside().settings;
    object.ctx().platform().spawn(async move {
        let ctx = looking.ctx();
        let is_seen_to =
            || ctx.beside().settings != settings || ctx.is_destroyed() || ctx.ringing.is_on();
        if !is_seen_to()
            && let Ok(armed) = ctx.platform().alarm().await
            && !is_seen_to()
        {
            mend(ctx, armed, expected);
        }
    });
}

fn mend<A>(ctx: &Ctx<A>, armed: Option<Timestamp>, expected: Option<Timestamp>) {
    if ctx.beside().life != Life::Exists {
        return;
    }
    // Without a table there are no alarms.
    let expected = expected.or_else(|| earliest(ctx).ok().flatten());
    let Some(expected) = expected else { return };
    // What is due rings at any moment, and may be set for a little after its time.
    if armed.is_some_and(|armed| armed <= expected.max(ctx.now())) {
        return;
    }
    backend::log("the platform has lost the alarm of this object: it is set again");
    if let Err(error) = set(ctx, Some(expected)) {
        backend::log(&format!("the alarm of this object can't be set: {error}"));
    }
}
