//! How a task leaves memory, for a while or for good.

use super::journal::kept;
use super::replay::Outcome;
use super::{Phase, TaskDef, TaskId};
use crate::error::{Error, Result};
use crate::instance::Instance;
use crate::instance::later::lacks_table;
use crate::log;
use crate::platform::Platform;
use crate::sockets::raw::{Outgoing, Selection};
use crate::time::Timestamp;

/// The longest text that a task stores at once, in bytes: with the rest, it fits into a row of 2 MB.
pub(crate) const MOST_TEXT: usize = 1_500_000;

/// The longest name of a step, an event or a signal, in bytes.
const MOST_NAME: usize = 1_024;

/// How many tasks that have expired are removed when another one starts or ends.
const REMOVED: u32 = 8;

/// What a task is doing, out of memory.
const SUSPEND: &str = "UPDATE _actors_tasks SET state = ?2, until = ?3, about = ?4, changed = ?5, \
     attempts = COALESCE((SELECT attempts FROM _actors_journal WHERE task = ?1 AND number = ?6), 0), \
     error = (SELECT result FROM _actors_journal WHERE task = ?1 AND number = ?6) WHERE id = ?1";

const END: &str = "UPDATE _actors_tasks SET state = ?, until = NULL, about = NULL, attempts = 0, \
     changed = ?, expires = ?, error = ?, result = ?, input = NULL WHERE id = ?";

/// Notes what the task waits for, in the open transaction.
pub(super) fn suspend(
    instance: &Instance,
    task: i64,
    phase: Phase,
    until: Option<Timestamp>,
    (number, name): (u32, &str),
) -> Result<()> {
    let values = (task, phase as u32, until, name, instance.now(), number);
    instance.own().run(SUSPEND, values).map(drop)
}

/// Keeps what a task has come to, and removes its journal, in the open transaction.
pub(super) fn end(instance: &Instance, task: i64, def: &TaskDef, outcome: &Outcome) -> Result<()> {
    let too_large = outcome
        .as_ref()
        .ok()
        .and_then(|result| check("result", def.name, result.as_deref()?).err());
    let outcome = match (too_large, outcome) {
        (Some(error), _) => &Err(error),
        (None, Err(error)) => &Err(kept(error)),
        (None, outcome) => outcome,
    };
    let (phase, error, result) = match outcome {
        Ok(Some(result)) => (Phase::Done, None, Some(&**result)),
        Ok(None) => (Phase::Cancelled, None, None),
        Err(error) => (
            Phase::Failed,
            Some(error.kind().name()),
            Some(error.message()),
        ),
    };
    if let Err(error) = outcome {
        log::error(&format!(
            "the task `{}` ({task}) has failed: {error}",
            def.name
        ));
    }
    let now = instance.now();
    let values = (phase as u32, now, now + def.keep, error, result, task);
    match instance.own().run(END, values) {
        Err(error) if lacks_table(&error) => return Ok(()),
        ended => ended?,
    };
    remove_work(instance, task)?;
    remove_expired(instance)?;
    let state = match phase {
        Phase::Done => "done",
        Phase::Cancelled => "cancelled",
        _ => "failed",
    };
    tell(instance.platform(), task, "state", &format!("\"{state}\""));
    Ok(())
}

/// Removes the journal of a task, and the signals that it has not taken.
pub(super) fn remove_work(instance: &Instance, task: i64) -> Result<()> {
    let (sql, task) = (instance.own(), (task,));
    sql.run("DELETE FROM _actors_journal WHERE task = ?", task)?;
    sql.run("DELETE FROM _actors_signals WHERE task = ?", task)
        .map(drop)
}

/// Removes some tasks that have ended long ago.
pub(super) fn remove_expired(instance: &Instance) -> Result<()> {
    let statement = format!(
        "DELETE FROM _actors_tasks WHERE id IN \
         (SELECT id FROM _actors_tasks WHERE expires <= ? ORDER BY expires LIMIT {REMOVED})"
    );
    instance.own().run(&statement, (instance.now(),)).map(drop)
}

/// Refuses a name of a step or a signal that is too long.
pub(super) fn check_name(name: &str) -> Result<()> {
    let bytes = name.len();
    if bytes <= MOST_NAME {
        return Ok(());
    }
    let start = &name[..name.floor_char_boundary(50)];
    Err(Error::invalid(format!(
        "the name `{start}…` has {bytes} bytes, and at most {MOST_NAME} are possible: a step or a \
         signal is not told apart by what it is about, but by a short text"
    )))
}

/// Refuses what is too long for a row.
pub(super) fn check(what: &str, task: &str, text: &str) -> Result<()> {
    let bytes = text.len();
    if bytes <= MOST_TEXT {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "the {what} of the task `{task}` takes {bytes} bytes as JSON, and at most {MOST_TEXT} are \
         possible: store it in a table, and pass its key"
    )))
}

/// Sends a message to the sockets that follow the task.
pub(super) fn tell(platform: &dyn Platform, task: i64, what: &str, json: &str) {
    let tag = TaskId::<()>::new(task).tag();
    let chosen = Selection {
        tags: vec![&tag],
        ..Selection::default()
    };
    let message = format!("{{\"type\":\"task\",\"id\":{task},\"{what}\":{json}}}");
    platform.broadcast(&chosen, Outgoing::Text(&message));
}
