//! What `#[task]` declares.

use crate::alarms::Retry;
use crate::time::Duration;

/// What `#[task]` declares, as data.
#[doc(hidden)]
pub struct TaskDef {
    pub name: &'static str,
    /// The name of its alarms: `task:` and the task's name.
    pub handler: &'static str,
    pub version: u32,
    /// How its steps are retried, unless they say otherwise.
    pub retry: Retry,
    /// How long it may take in all.
    pub timeout: Option<Duration>,
    /// How long its result is kept.
    pub keep: Duration,
}
