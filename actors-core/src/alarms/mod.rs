//! Many alarms on top of the one that an object has.
//!
//! Each alarm is a row of the object's database. The object's own alarm is set to the earliest of
//! them, in the transaction that changes which one that is. When it rings, the due alarms are
//! run. [`Alarms`] documents the guarantees and the costs.

mod chain;
pub(crate) mod change;
#[cfg(feature = "cron")]
pub(crate) mod cron;
mod declared;
mod due;
pub(crate) mod list;
mod recurrence;
mod retry;
pub(crate) mod ring;
pub(crate) mod run;
mod schedule;
#[cfg(feature = "cron")]
mod zone;

pub(crate) use self::declared::{forget_declared, reconcile};
pub use self::due::Due;
pub use self::list::{Alarm, AlarmList, AlarmState};
pub(crate) use self::recurrence::AlarmDef;
pub use self::recurrence::{Declared, Recurrence};
pub use self::retry::Retry;
pub use self::run::{AlarmId, AlarmRun};
pub use self::schedule::Plan;
pub use crate::actor::alarms::Alarms;
