//! The rows of alarms, and the object's own alarm, which is set to the earliest.

use super::schedule::LAST;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::sql::{IndexDef, TableDef};
use crate::time::{Duration, Timestamp};

/// `due` is when the alarm is tried next, NULL when it is set aside; `planned` is the
/// time that it was meant for. One that recurs has `every`, in milliseconds, or `cron`
/// and perhaps a `zone`. `started` is a [`Mark`](super::due::Mark), and `chain` is how many
/// alarms have scheduled each other for at once until here.
pub(crate) const TABLES: &[TableDef] = &[TableDef {
    of: "the framework",
    name: "_actors_alarms",
    was: None,
    create: &[
        "CREATE TABLE _actors_alarms (id INTEGER PRIMARY KEY AUTOINCREMENT, \
         handler TEXT NOT NULL, payload TEXT NOT NULL, due INTEGER, \
         planned INTEGER NOT NULL DEFAULT 0, key TEXT, every INTEGER, cron TEXT, zone TEXT, \
         declared INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, \
         started INTEGER NOT NULL DEFAULT 0, error TEXT, \
         chain INTEGER NOT NULL DEFAULT 0) STRICT",
    ],
    // What is not in an index costs no row there.
    indices: &[
        IndexDef {
            name: "_actors_alarms_due",
            create: "CREATE INDEX _actors_alarms_due ON _actors_alarms (due) \
                     WHERE due IS NOT NULL",
        },
        IndexDef {
            name: "_actors_alarms_key",
            create: "CREATE UNIQUE INDEX _actors_alarms_key ON _actors_alarms (key) \
                     WHERE key IS NOT NULL",
        },
    ],
    renamed: &[],
}];

/// Changes alarms, in a transaction that arms the object's own alarm at its end.
pub(super) fn change<A, T>(ctx: &Ctx<A>, body: impl FnOnce(&Ctx<A>) -> Result<T>) -> Result<T> {
    ctx.transaction(|| {
        if ctx.ringing.is_on() {
            ctx.ringing.changed();
        } else if ctx.beside().earliest.is_none() {
            let earliest = earliest(ctx)?;
            ctx.remember(|beside| beside.earliest = Some(earliest));
        }
        body(ctx)
    })
}

/// Sets the object's own alarm, if the transaction has changed which one is the earliest.
pub(crate) fn arm<A>(ctx: &Ctx<A>) -> Result<()> {
    match ctx.beside().earliest {
        _ if ctx.is_destroyed() => set(ctx, Some(ctx.now())),
        // Whoever runs alarms does it when they have run.
        _ if ctx.ringing.is_on() => Ok(()),
        None => Ok(()),
        Some(before) => match earliest(ctx)? {
            after if after == before => {
                ctx.remember(|beside| beside.is_in_doubt = after);
                Ok(())
            }
            after => set(ctx, after),
        },
    }
}

/// Sets the object's own alarm, for now if that time has passed: then a ring that is late
/// has been delivered before. workerd forgets an alarm that is set while one rings, for the
/// very time for which that does: what is due already rings a moment later.
pub(super) fn set<A>(ctx: &Ctx<A>, at: Option<Timestamp>) -> Result<()> {
    let soonest = ctx
        .now()
        .max(ctx.ringing.planned() + Duration::from_millis(1));
    ctx.platform()
        .set_alarm(at.map(|at| at.max(soonest).min(LAST)))?;
    ctx.remember(|beside| {
        beside.settings += 1;
        beside.is_in_doubt = None;
    });
    Ok(())
}

pub(super) fn earliest<A>(ctx: &Ctx<A>) -> Result<Option<Timestamp>> {
    ctx.own().one(
        "SELECT MIN(due) FROM _actors_alarms WHERE due IS NOT NULL",
        (),
    )
}
