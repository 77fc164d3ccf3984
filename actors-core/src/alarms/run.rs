//! Which alarm a handler runs for.

use crate::time::Timestamp;

/// Which alarm; never used twice in an actor.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct AlarmId(pub(crate) i64);

/// The run of an alarm that a handler is in, from [`Ctx::alarm`](crate::Ctx::alarm).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct AlarmRun {
    /// Which alarm.
    pub id: AlarmId,
    /// When it was meant to run.
    pub planned: Timestamp,
    /// Which try this is, counted from 1. Those that failed are counted; of those that
    /// the end of the process cut short, only the ones where no other was at work.
    pub attempt: u32,
    /// When it was to run, a slowed one later than it was meant to.
    pub(crate) due: Timestamp,
    /// How many alarms have scheduled each other for at once until here.
    pub(crate) chain: u32,
}

impl AlarmRun {
    /// A key for what must be done once however often this run is tried: the same at
    /// each try, and another at the next time of an alarm that recurs. It is unique
    /// among the actor's alarms; for services that several actors call, put
    /// [`Ctx::id`](crate::Ctx::id) before it.
    pub fn key(&self) -> String {
        format!("{}-{}", self.id.0, self.planned.as_millis())
    }
}
