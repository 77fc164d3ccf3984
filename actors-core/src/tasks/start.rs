//! Starting a task.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{TaskDef, TaskId, end, tables};
use crate::alarms::Plan;
use crate::error::{Error, ErrorKind, Result};
use crate::instance::Instance;
use crate::instance::later::lacks_table;
use crate::json;

/// The longest key, in bytes.
const MOST_KEY: usize = 1_024;

/// A task that is about to be started: [`start`](Self::start) does it. From the method of
/// [`Ctx::tasks`](crate::Ctx::tasks) that has the task's name.
#[must_use = "the task begins with `start`"]
pub struct Start<'a, R> {
    instance: &'a Instance,
    def: &'static TaskDef,
    input: Result<String, String>,
    key: Option<String>,
    result: PhantomData<fn() -> R>,
}

impl<'a, R> Start<'a, R> {
    pub(super) fn new<P: Serialize + DeserializeOwned>(
        instance: &'a Instance,
        def: &'static TaskDef,
        input: &P,
    ) -> Self {
        Self {
            instance,
            def,
            input: json::to_text(input),
            key: None,
            result: PhantomData,
        }
    }

    /// Starts it only once for that key: while a task of the actor has it, alive or kept after its
    /// end, [`start`](Self::start) returns that one.
    pub fn keyed(mut self, key: &str) -> Self {
        self.key = Some(key.to_owned());
        self
    }

    /// Starts the task, and returns its id: it begins once the turn has committed, and not at all
    /// if that fails.
    ///
    /// # Errors
    ///
    /// Arguments that take more than 1,500,000 bytes as JSON, or that JSON would change; an empty
    /// key, or one of more than 1,024 bytes; a [`Conflict`](ErrorKind::Conflict) if a task of
    /// another name has the key.
    pub fn start(self) -> Result<TaskId<R>> {
        let Self {
            instance,
            def,
            input,
            key,
            ..
        } = self;
        start(instance, def, input, key).map(TaskId::new)
    }
}

fn start(
    instance: &Instance,
    def: &'static TaskDef,
    input: Result<String, String>,
    key: Option<String>,
) -> Result<i64> {
    let name = def.name;
    let input = input.map_err(|error| {
        Error::invalid(format!(
            "the arguments of the task `{name}` can't be stored: {error}"
        ))
    })?;
    end::check("input", name, &input)?;
    if let Some(key) = &key {
        check_key(key)?;
        if let Some(known) = with_key(instance, def, key)? {
            return Ok(known);
        }
    }
    let store = || {
        // Its alarm has the same id.
        let id = Plan::once(instance, instance.now())
            .schedule(def.handler, &())?
            .0;
        let insert = || insert(instance, id, def, &input, key.as_deref());
        match insert() {
            Err(error) if lacks_table(&error) => {
                tables::create(instance)?;
                insert()?;
            }
            inserted => {
                inserted?;
                end::remove_expired(instance)?;
            }
        }
        Ok(id)
    };
    match instance.is_in_transaction() {
        true => store(),
        false => instance.transaction(store),
    }
}

fn insert(
    instance: &Instance,
    id: i64,
    def: &TaskDef,
    input: &str,
    key: Option<&str>,
) -> Result<()> {
    let insert = "INSERT INTO _actors_tasks (id, name, key, version, started, changed, input) \
                  VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6)";
    let values = (id, def.name, key, def.version, instance.now(), input);
    instance.own().run(insert, values).map(drop)
}

/// The task with that key. One that has expired makes room.
fn with_key(instance: &Instance, def: &TaskDef, key: &str) -> Result<Option<i64>> {
    type Found = Option<(i64, String, bool)>;
    let select = "SELECT id, name, COALESCE(expires <= ?, 0) FROM _actors_tasks WHERE key = ?";
    let found: Found =
        instance.read_later(|| instance.own().optional(select, (instance.now(), key)))?;
    match found {
        None => Ok(None),
        Some((id, _, true)) => {
            instance
                .own()
                .run("DELETE FROM _actors_tasks WHERE id = ?", (id,))?;
            Ok(None)
        }
        Some((id, name, false)) if name == def.name => Ok(Some(id)),
        Some((_, name, false)) => Err(Error::new(
            ErrorKind::Conflict,
            format!(
                "a task `{name}` has the key {key:?}, and `{}` needs another",
                def.name
            ),
        )),
    }
}

fn check_key(key: &str) -> Result<()> {
    match key.len() {
        0 => Err(Error::invalid("a task's key can't be empty")),
        1..=MOST_KEY => Ok(()),
        bytes => Err(Error::invalid(format!(
            "a task's key has at most {MOST_KEY} bytes, this one has {bytes}"
        ))),
    }
}
