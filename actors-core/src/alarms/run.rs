//! The alarm that a handler runs for.

use crate::time::Timestamp;

/// What is so of an alarm that is no task's, in SQL: users see no others.
pub(crate) const IS_NO_TASK: &str = "handler NOT GLOB 'task:*'";

/// The id of an alarm; never reused within an actor.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct AlarmId(pub(crate) i64);

/// The alarm run that a handler is part of, from [`Ctx::alarm`](crate::Ctx::alarm).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct AlarmRun {
    /// Which alarm.
    pub id: AlarmId,
    /// When it was meant to run.
    pub planned: Timestamp,
    /// Which attempt this is, from 1. Failed attempts count; those that the end of the
    /// process cut short count only if no other alarm was running.
    pub attempt: u32,
    /// When it was due; later than planned if it was slowed down.
    pub(crate) due: Timestamp,
    /// How many alarms, up to this one, have scheduled each other to run at once.
    pub(crate) chain: u32,
}

impl AlarmRun {
    /// A key for what must be done only once, however often this run is attempted: the same
    /// at each attempt, and a new one for each time of a recurring alarm. It is unique
    /// among the actor's alarms; for services that several actors call, prefix it with
    /// [`Ctx::id`](crate::Ctx::id).
    pub fn key(&self) -> String {
        format!("{}-{}", self.id.0, self.planned.as_millis())
    }
}
