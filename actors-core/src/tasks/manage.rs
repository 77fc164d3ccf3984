//! The tasks of an actor: looking at them, and what can be done to them.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::list::TaskList;
use super::start::Start;
use super::state::{SELECT, StoredTask};
use super::{Task, TaskDef, TaskId, end, journal};
use crate::alarms::change::change;
use crate::error::{Error, ErrorKind, Result};
use crate::instance::Instance;
use crate::json;

/// How many signals of a task can wait.
const MOST_SIGNALS: i64 = 1_000;

/// Makes the alarm of a task ring now, unless it does anyway, was set aside, or waits after a
/// failure.
const RING: &str = "INSERT INTO _actors_alarms (id, handler, payload, due, planned) \
     SELECT id, 'task:' || name, 'null', ?2, ?2 FROM _actors_tasks WHERE id = ?1 \
     ON CONFLICT (id) DO UPDATE SET due = excluded.due, planned = excluded.planned \
     WHERE attempts = 0 AND due > excluded.due";

/// The same, also after a failure.
const RING_ANYWAY: &str = "INSERT INTO _actors_alarms (id, handler, payload, due, planned) \
     SELECT id, 'task:' || name, 'null', ?2, ?2 FROM _actors_tasks WHERE id = ?1 \
     ON CONFLICT (id) DO UPDATE SET due = excluded.due, planned = excluded.planned, \
     attempts = CASE WHEN due IS NULL THEN 0 ELSE attempts END \
     WHERE due IS NULL OR due > excluded.due";

/// Makes the alarm of a task that was set aside ring now.
const RING_AGAIN: &str = "UPDATE _actors_alarms SET due = ?, attempts = 0, error = NULL \
     WHERE id = ? AND due IS NULL AND handler GLOB 'task:*'";

/// The actor's tasks, from [`Ctx::tasks`](crate::Ctx::tasks), which has one more method for each
/// `#[task]`: it starts that task.
#[derive(Clone, Copy)]
pub struct Tasks<'a> {
    instance: &'a Instance,
}

impl<'a> Tasks<'a> {
    pub(crate) fn new(instance: &'a Instance) -> Self {
        Self { instance }
    }

    /// How generated code starts a task.
    #[doc(hidden)]
    pub fn starting<P: Serialize + DeserializeOwned, R>(
        self,
        def: &'static TaskDef,
        input: &P,
    ) -> Start<'a, R> {
        Start::new(self.instance, def, input)
    }

    /// The task, if it is there: alive, or kept after its end. A [`Task`] is for the actor, and does
    /// not travel: a method returns what its callers need of it.
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// use actors_core::tasks::{TaskId, TaskState};
    ///
    /// # #[actor] struct Shop {}
    /// # #[actor] impl Shop {
    /// # #[task] async fn deliver(run: &Run<Self>) -> Result<String> { Ok(String::new()) }
    /// /// Where the parcel is; nothing if it is still on its way.
    /// pub fn delivered(&self, ctx: &Ctx<Self>, id: TaskId<String>) -> Result<Option<String>> {
    ///     let task = ctx.tasks().get(id)?;
    ///     match task.ok_or_else(|| Error::not_found("no such delivery"))?.state {
    ///         TaskState::Done(place) => Ok(Some(place)),
    ///         TaskState::Failed(error) => Err(error),
    ///         _ => Ok(None),
    ///     }
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Its result is not of the type `R`.
    pub fn get<R: DeserializeOwned>(&self, id: TaskId<R>) -> Result<Option<Task<R>>> {
        let found = self.find("id = ?3", id.number())?;
        found.map(StoredTask::read).transpose()
    }

    /// The task with that key, if there is one. Its result is a JSON value: with
    /// [`TaskId::of`], [`get`](Self::get) returns it as what it is.
    ///
    /// # Errors
    ///
    /// Those of the statement.
    pub fn by_key(&self, key: &str) -> Result<Option<Task>> {
        let found = self.find("key = ?3", key)?;
        found.map(StoredTask::read).transpose()
    }

    fn find(&self, condition: &str, value: impl crate::sql::ToSql) -> Result<Option<StoredTask>> {
        let statement = format!("{SELECT} WHERE {condition}");
        let instance = self.instance;
        instance.read_later(|| {
            let values = (instance.now(), instance.live.ids()?, &value);
            instance.alarms()?.optional(&statement, values)
        })
    }

    /// The actor's tasks, or some of them.
    pub fn list(&self) -> TaskList<'a> {
        TaskList::new(self.instance)
    }

    /// Sends the task a value, which its `run.event` of that name takes: the one that waits, or the
    /// next one. Several of a name are taken in the order in which they were sent. Its type is one
    /// that can also be read: for a text that is `&text`, with a `String`.
    ///
    /// # Errors
    ///
    /// A [`NotFound`](ErrorKind::NotFound) if there is no such task, or it has ended. An
    /// [`Overloaded`](ErrorKind::Overloaded) if 1,000 signals wait for it. A value that JSON would
    /// change, or of more than 1,500,000 bytes; a name of more than 1,024.
    pub fn signal<R, T: Serialize + DeserializeOwned>(
        &self,
        id: TaskId<R>,
        name: &str,
        value: &T,
    ) -> Result<()> {
        let value = json::to_text(value).map_err(|error| {
            Error::invalid(format!("the signal `{name}` can't be sent: {error}"))
        })?;
        signal(self.instance, id.number(), name, &value)
    }

    /// Tells the task to end. Returns whether it has not ended yet.
    ///
    /// What it awaits, or awaits next, fails with
    /// [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled), once; a step that is under way is
    /// dropped. Then the task has an hour to clean up, with steps if it takes them. Whatever it
    /// returns, it is [`Cancelled`](super::TaskState::Cancelled) then. A task that was set aside is
    /// attempted once more for that.
    ///
    /// # Errors
    ///
    /// Those of the statement.
    pub fn cancel<R>(&self, id: TaskId<R>) -> Result<bool> {
        let statement = "UPDATE _actors_tasks SET cancelled = 1 WHERE id = ? AND state < 6";
        self.change(|instance| {
            let is_there = instance.own().run(statement, (id.number(),))? > 0;
            if is_there && !instance.live.tell(id.number()) {
                let values = (id.number(), instance.now());
                instance.alarms()?.run(RING_ANYWAY, values)?;
            }
            Ok(is_there)
        })
    }

    /// Has a task go on that was set aside, and returns whether it was.
    ///
    /// # Errors
    ///
    /// Those of the statement.
    pub fn retry<R>(&self, id: TaskId<R>) -> Result<bool> {
        self.change(|instance| {
            let rows = instance
                .alarms()?
                .run(RING_AGAIN, (instance.now(), id.number()))?;
            Ok(rows > 0)
        })
    }

    /// Removes a task that has ended or was set aside, with all that is stored of it, and returns
    /// whether it was there.
    ///
    /// # Errors
    ///
    /// Those of the statements.
    pub fn discard<R>(&self, id: TaskId<R>) -> Result<bool> {
        let task = (id.number(),);
        self.change(|instance| {
            let aside = "DELETE FROM _actors_alarms WHERE id = ? AND due IS NULL \
                         AND handler GLOB 'task:*'";
            let is_aside = instance.alarms()?.run(aside, task)? > 0;
            let statement = match is_aside {
                true => "DELETE FROM _actors_tasks WHERE id = ?",
                false => "DELETE FROM _actors_tasks WHERE id = ? AND state >= 6",
            };
            let is_gone = instance.own().run(statement, task)? > 0;
            if is_gone {
                end::remove_work(instance, id.number())?;
            }
            Ok(is_gone)
        })
    }

    /// Changes tasks and their alarms, unless there has never been a task.
    fn change(&self, body: impl FnOnce(&Instance) -> Result<bool>) -> Result<bool> {
        (self.instance).read_later(|| change(self.instance, body))
    }
}

fn signal(instance: &Instance, id: i64, name: &str, value: &str) -> Result<()> {
    end::check_name(name)?;
    end::check("signal", name, value)?;
    let sent =
        instance.read_later(|| change(instance, |instance| send(instance, id, name, value)))?;
    match sent {
        true => Ok(()),
        false => Err(Error::not_found(format!(
            "there is no task {id} that a signal can reach"
        ))),
    }
}

fn send(instance: &Instance, id: i64, name: &str, value: &str) -> Result<bool> {
    let sql = instance.own();
    if !journal::is_there(instance, id)? {
        return Ok(false);
    }
    let select = "SELECT COALESCE(MIN(number), 0), COALESCE(MAX(number), 0) \
                  FROM _actors_signals WHERE task = ?";
    let (first, last): (i64, i64) = sql.one(select, (id,))?;
    // Counted only where there may be too many.
    if last - first >= MOST_SIGNALS - 1 && count_signals(instance, id)? >= MOST_SIGNALS {
        return Err(Error::new(
            ErrorKind::Overloaded,
            format!("{MOST_SIGNALS} signals wait for the task {id} already"),
        ));
    }
    let insert = "INSERT INTO _actors_signals (task, number, name, value) VALUES (?, ?, ?, ?)";
    sql.run(insert, (id, last + 1, name, value))?;
    if !instance.live.tell(id) && is_awaited(instance, id, name)? {
        instance.alarms()?.run(RING, (id, instance.now()))?;
    }
    Ok(true)
}

fn count_signals(instance: &Instance, id: i64) -> Result<i64> {
    let count = "SELECT COUNT(*) FROM _actors_signals WHERE task = ?";
    instance.own().one(count, (id,))
}

/// Whether the task, which is not in memory, waits for a signal of that name.
fn is_awaited(instance: &Instance, id: i64, name: &str) -> Result<bool> {
    let select = "SELECT EXISTS (SELECT 1 FROM _actors_journal \
                  WHERE task = ? AND done IS NULL AND name = ?)";
    instance.own().one(select, (id, name))
}
