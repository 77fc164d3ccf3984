//! Listing alarms.

use serde::de::DeserializeOwned;

use super::run::IS_NO_TASK;
use super::{AlarmId, Recurrence};
use crate::error::{Error, Result};
use crate::instance::Instance;
use crate::json;
use crate::sql::{FromRow, Row, Value};
use crate::time::Timestamp;

/// The columns of an [`Alarm`].
pub(crate) const SELECT: &str = "SELECT id, handler, payload, due, planned, key, every, cron, \
                                 zone, attempts, error FROM _actors_alarms";

/// An alarm that is scheduled or has been set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Alarm {
    /// Its id.
    pub id: AlarmId,
    /// The name of its handler.
    pub handler: String,
    /// When it is attempted next; `None` for one that has been set aside.
    pub due: Option<Timestamp>,
    /// When it was meant to run.
    pub planned: Timestamp,
    /// Its key, if it is `keyed`.
    pub key: Option<String>,
    /// How it recurs, if it does.
    pub recurrence: Option<Recurrence>,
    /// How often it has failed for its current time.
    pub attempts: u32,
    /// The error of its last failure.
    pub error: Option<String>,
    arguments: String,
}

impl Alarm {
    /// Whether it waits, is being retried or has been set aside.
    pub fn state(&self) -> AlarmState {
        match (self.due, self.attempts) {
            (None, _) => AlarmState::Failed,
            (Some(_), 0) => AlarmState::Waiting,
            (Some(_), _) => AlarmState::Retrying,
        }
    }

    /// The arguments for its handler, as a tuple: `(A,)` for one, `()` for none.
    ///
    /// # Errors
    ///
    /// The stored arguments have other types.
    pub fn arguments<T: DeserializeOwned>(&self) -> Result<T> {
        arguments(&self.handler, &self.arguments)
    }

    /// Whether these are its arguments, whatever the order of map entries.
    pub(crate) fn has_arguments(&self, payload: &str) -> bool {
        let value = |text| serde_json::from_str::<serde_json::Value>(text).ok();
        self.arguments == payload || value(&self.arguments) == value(payload)
    }
}

/// The stored arguments, as the handler takes them.
pub(crate) fn arguments<T: DeserializeOwned>(handler: &str, stored: &str) -> Result<T> {
    json::from_text(stored).map_err(|error| {
        Error::schema(format!(
            "the alarm `{handler}` was scheduled with arguments that its handler does not take: \
             {error}"
        ))
    })
}

impl FromRow for Alarm {
    const WIDTH: usize = 11;

    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            id: AlarmId(row.get(0)?),
            handler: row.get(1)?,
            arguments: row.get(2)?,
            due: row.get(3)?,
            planned: row.get(4)?,
            key: row.get(5)?,
            recurrence: Recurrence::from_columns(row.get(6)?, row.get(7)?, row.get(8)?),
            attempts: row.get(9)?,
            error: row.get(10)?,
        })
    }
}

/// The state of an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AlarmState {
    /// It waits for its time.
    Waiting,
    /// It has failed, and will be retried.
    Retrying,
    /// It has been set aside.
    Failed,
}

/// A query for alarms, from [`Alarms::list`](super::Alarms::list).
///
/// ```
/// # use actors_core::prelude::*;
/// # #[actor] struct Sessions { }
/// # #[actor] impl Sessions {
/// pub fn next_to_expire(&self, ctx: &Ctx<Self>) -> Result<Option<String>> {
///     let alarms = ctx.alarms().list().handler("expire").until(ctx.now() + hours(1)).limit(1).all()?;
///     let Some(alarm) = alarms.first() else { return Ok(None) };
///     let (user,) = alarm.arguments()?;
///     Ok(Some(user))
/// }
///
/// #[alarm]
/// fn expire(&mut self, user: String) {}
/// # }
/// ```
#[must_use = "a query does nothing until `all` or `count`"]
pub struct AlarmList<'a> {
    instance: &'a Instance,
    conditions: Vec<&'static str>,
    values: Vec<Value<'static>>,
    limit: u32,
    unknown: Option<String>,
}

impl<'a> AlarmList<'a> {
    pub(crate) fn new(instance: &'a Instance) -> Self {
        Self {
            instance,
            conditions: vec![IS_NO_TASK],
            values: Vec::new(),
            limit: u32::MAX,
            unknown: None,
        }
    }

    /// Only those of one `#[alarm]` handler, by its name. A name that no handler has is an
    /// error, unless alarms of it are still stored.
    pub fn handler(mut self, name: &str) -> Self {
        if self.instance.def.alarm_called(name).is_none() {
            self.unknown = Some(name.to_owned());
        }
        self.values.push(Value::Text(name.to_owned().into()));
        self.filter("handler = ?")
    }

    /// Only those due at that time or later.
    pub fn from(self, time: Timestamp) -> Self {
        self.when("due >= ?", time)
    }

    /// Only those due before that time.
    pub fn until(self, time: Timestamp) -> Self {
        self.when("due < ?", time)
    }

    /// Only those in that state.
    pub fn state(self, state: AlarmState) -> Self {
        self.filter(match state {
            AlarmState::Waiting => "due IS NOT NULL AND attempts = 0",
            AlarmState::Retrying => "due IS NOT NULL AND attempts > 0",
            AlarmState::Failed => "due IS NULL",
        })
    }

    /// At most so many.
    pub fn limit(mut self, count: u32) -> Self {
        self.limit = count;
        self
    }

    /// Returns the alarms in the order in which they run, those that have been set aside first.
    ///
    /// Each one is a row read. With very many, read some of them at a time.
    ///
    /// # Errors
    ///
    /// There is no such handler, or the statement fails.
    pub fn all(self) -> Result<Vec<Alarm>> {
        let order = format!("ORDER BY due, id LIMIT {}", self.limit);
        let alarms: Vec<Alarm> = self
            .instance
            .alarms()?
            .all(&self.statement(SELECT, &order), &*self.values)?;
        if alarms.is_empty() {
            self.check()?;
        }
        Ok(alarms)
    }

    /// Returns how many there are.
    ///
    /// # Errors
    ///
    /// There is no such handler, or the statement fails.
    pub fn count(self) -> Result<u64> {
        let statement = self.statement("SELECT COUNT(*) FROM _actors_alarms", "");
        let count = self.instance.alarms()?.one(&statement, &*self.values)?;
        if count == 0 {
            self.check()?;
        }
        Ok(count)
    }

    fn when(mut self, condition: &'static str, time: Timestamp) -> Self {
        self.values.push(Value::Integer(time.as_millis()));
        self.filter(condition)
    }

    fn filter(mut self, condition: &'static str) -> Self {
        self.conditions.push(condition);
        self
    }

    fn statement(&self, select: &str, rest: &str) -> String {
        format!("{select} WHERE {} {rest}", self.conditions.join(" AND "))
    }

    fn check(&self) -> Result<()> {
        match &self.unknown {
            None => Ok(()),
            Some(name) => Err(Error::invalid(format!(
                "there is no `#[alarm]` handler `{name}`"
            ))),
        }
    }
}
