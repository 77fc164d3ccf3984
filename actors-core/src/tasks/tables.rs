//! The tables of tasks, which the first one creates.

use crate::error::Result;
use crate::instance::Instance;

/// `id` is also that of the task's alarm. `state` is a [`Phase`](super::Phase), as it was when the
/// task left memory last; `until`, `about` and `attempts` say more about it. `error` is the kind
/// of an error, `result` its message or the task's result. `expires` is when a task that has ended
/// is removed. What can be large comes last.
const TASKS: &str = "CREATE TABLE IF NOT EXISTS _actors_tasks (id INTEGER PRIMARY KEY, \
     name TEXT NOT NULL, key TEXT, version INTEGER NOT NULL, started INTEGER NOT NULL, \
     changed INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0, until INTEGER, about TEXT, \
     attempts INTEGER NOT NULL DEFAULT 0, cancelled INTEGER NOT NULL DEFAULT 0, expires INTEGER, \
     error TEXT, progress TEXT, input TEXT, result TEXT) STRICT";

/// A row that is not in an index costs no write there.
const TASKS_KEY: &str = "CREATE UNIQUE INDEX IF NOT EXISTS _actors_tasks_key \
     ON _actors_tasks (key) WHERE key IS NOT NULL";

const TASKS_EXPIRES: &str = "CREATE INDEX IF NOT EXISTS _actors_tasks_expires \
     ON _actors_tasks (expires) WHERE expires IS NOT NULL";

/// `done` is the place of an operation among those that are done, by the order in which the task
/// got their outcomes. Without a rowid, an operation is one row to write.
const JOURNAL: &str = "CREATE TABLE IF NOT EXISTS _actors_journal (task INTEGER NOT NULL, \
     number INTEGER NOT NULL, name TEXT NOT NULL, done INTEGER, at INTEGER, due INTEGER, \
     attempts INTEGER NOT NULL DEFAULT 0, error TEXT, result TEXT, \
     PRIMARY KEY (task, number)) STRICT, WITHOUT ROWID";

/// Signals that no `event` has taken yet.
const SIGNALS: &str = "CREATE TABLE IF NOT EXISTS _actors_signals (task INTEGER NOT NULL, \
     number INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, \
     PRIMARY KEY (task, number)) STRICT, WITHOUT ROWID";

pub(super) fn create(instance: &Instance) -> Result<()> {
    let all = [TASKS, TASKS_KEY, TASKS_EXPIRES, JOURNAL, SIGNALS];
    all.iter()
        .try_for_each(|create| instance.own().run(create, ()).map(drop))
}
