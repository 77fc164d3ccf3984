//! The framework's own tables.

use crate::sql::{IndexDef, TableDef};

/// The framework's own row: the fingerprint of the schema, the persisted fields, and what
/// only schema changes need. The framework's tables are migrated by the same diff as the
/// actor's, so columns that are added here later must be nullable or have a default.
pub(crate) const META: TableDef = TableDef {
    of: "the framework",
    name: "_actors",
    was: None,
    create: &[
        "CREATE TABLE _actors (id INTEGER PRIMARY KEY CHECK (id = 0), \
               fingerprint INTEGER NOT NULL, state TEXT NOT NULL, \
               schema TEXT NOT NULL DEFAULT '{}') STRICT",
    ],
    indices: &[],
    renamed: &[],
};

/// `due` is when the alarm is attempted next, NULL when it is set aside; `planned` is the time that
/// it was meant for. A recurring one has `every`, in milliseconds, or `cron` and perhaps a `zone`.
/// `started` is a [`Mark`](crate::alarms::due::Mark), and `chain` counts the alarms up to this one
/// that have scheduled each other to run at once.
const ALARMS: TableDef = TableDef {
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
    // A row that is not in an index costs no write there.
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
};

/// The framework's own tables.
pub(crate) fn own() -> impl Iterator<Item = &'static TableDef> {
    const OWN: [&TableDef; 2] = [&META, &ALARMS];
    OWN.into_iter()
}

/// The fingerprint of an object that [`Ctx::destroy`] has ended.
pub(crate) const DESTROYED: i64 = -1;
