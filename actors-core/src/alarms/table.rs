//! The rows of alarms, and the object's own alarm, which is set to the earliest.

use super::schedule::LAST;
use crate::error::Result;
use crate::instance::Instance;
use crate::sql::{IndexDef, TableDef};
use crate::time::{Duration, Timestamp};
use crate::unborn::Life;

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
pub(super) fn change<T>(
    instance: &Instance,
    body: impl FnOnce(&Instance) -> Result<T>,
) -> Result<T> {
    instance.transaction(|| {
        if instance.ringing.is_on() {
            instance.ringing.changed();
        } else if instance.beside().earliest.is_none() {
            // What `#[on_init]` has set for the beginning is not armed before that.
            let earliest = match instance.beside().life {
                Life::Exists => earliest(instance)?,
                Life::Unborn | Life::Rehearsed => None,
            };
            instance.remember(|beside| beside.earliest = Some(earliest));
        }
        body(instance)
    })
}

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
pub(super) fn set(instance: &Instance, at: Option<Timestamp>) -> Result<()> {
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

pub(super) fn earliest(instance: &Instance) -> Result<Option<Timestamp>> {
    instance.own().one(
        "SELECT MIN(due) FROM _actors_alarms WHERE due IS NOT NULL",
        (),
    )
}
