//! Listing tasks.

use super::state::{SELECT, StoredTask};
use super::{Phase, Task, TaskId};
use crate::error::Result;
use crate::instance::Instance;
use crate::sql::Value;

/// A query for tasks, from [`Tasks::list`](super::Tasks::list).
///
/// ```
/// # use actors_core::prelude::*;
/// # #[actor] struct Shop {}
/// # #[actor] impl Shop {
/// # #[task] async fn deliver(run: &Run<Self>) -> Result<()> { Ok(()) }
/// /// Cancels all deliveries that have not ended.
/// fn close(&mut self, ctx: &Ctx<Self>) -> Result<()> {
///     let deliveries = ctx.tasks().list().name("deliver").limit(1_000).all()?;
///     for delivery in deliveries {
///         ctx.tasks().cancel(delivery.id)?;
///     }
///     Ok(())
/// }
/// # }
/// ```
#[must_use = "a query does nothing until `all`"]
pub struct TaskList<'a> {
    instance: &'a Instance,
    conditions: Vec<&'static str>,
    values: Vec<Value<'static>>,
    limit: u32,
}

impl<'a> TaskList<'a> {
    pub(super) fn new(instance: &'a Instance) -> Self {
        Self {
            instance,
            conditions: Vec::new(),
            values: Vec::new(),
            limit: 100,
        }
    }

    /// Only those of one `#[task]`, by its name.
    pub fn name(self, name: &str) -> Self {
        self.filter("name = ?", Value::Text(name.to_owned().into()))
    }

    /// Only those in that phase.
    pub fn phase(self, phase: Phase) -> Self {
        self.filter("phase = ?", Value::Integer(phase as i64))
    }

    /// Only those that were started after that one: for the next page.
    pub fn after<R>(self, id: TaskId<R>) -> Self {
        self.filter("id > ?", Value::Integer(id.number()))
    }

    /// At most so many; 100 if this is not said.
    pub fn limit(mut self, count: u32) -> Self {
        self.limit = count;
        self
    }

    fn filter(mut self, condition: &'static str, value: Value<'static>) -> Self {
        self.conditions.push(condition);
        self.values.push(value);
        self
    }

    /// Returns the tasks in the order in which they were started.
    ///
    /// Without a filter that is as many rows read as are returned, and as many again of their
    /// alarms; with one, as many as it passes over. Their results are read with them: where these are
    /// large, say a small [`limit`](Self::limit).
    ///
    /// # Errors
    ///
    /// Those of the statement.
    pub fn all(self) -> Result<Vec<Task>> {
        let Self {
            instance,
            conditions,
            values,
            limit,
        } = self;
        let filter = match conditions.is_empty() {
            true => String::new(),
            false => format!("WHERE {}", conditions.join(" AND ")),
        };
        let statement = format!("{SELECT} {filter} ORDER BY id LIMIT {limit}");
        let head = [
            Value::Integer(instance.now().as_millis()),
            Value::Text(instance.live.ids()?.into()),
        ];
        let values: Vec<Value<'_>> = head.into_iter().chain(values).collect();
        let found: Vec<StoredTask> =
            instance.read_later(|| instance.alarms()?.all(&statement, &*values))?;
        found.into_iter().map(StoredTask::read).collect()
    }
}
