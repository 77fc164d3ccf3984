//! Alarms that the open transaction has scheduled and completed, and not written yet.

use std::cell::RefCell;

use crate::alarms::Recurrence;
use crate::time::Timestamp;

/// The longest arguments of an alarm that is written together with others.
const LARGE: usize = 4_000;

/// An alarm to be stored.
pub(crate) struct NewAlarm {
    pub(crate) id: i64,
    pub(crate) handler: &'static str,
    pub(crate) payload: String,
    /// When it runs, which may be later than planned.
    pub(crate) due: Timestamp,
    pub(crate) planned: Timestamp,
    pub(crate) key: Option<String>,
    pub(crate) recurrence: Option<Recurrence>,
    pub(crate) chain: u32,
}

/// What is scheduled and completed, in the order in which it was.
#[derive(Default)]
pub(crate) struct Unwritten {
    pub(super) scheduled: RefCell<Vec<NewAlarm>>,
    pub(super) completed: RefCell<Vec<i64>>,
}

/// How many have been scheduled and completed.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(super) scheduled: usize,
    pub(super) completed: usize,
}

impl NewAlarm {
    /// Whether it can be written together with others.
    fn is_plain(&self) -> bool {
        self.key.is_none()
            && self.recurrence.is_none()
            && self.due == self.planned
            && !self.is_large()
    }

    /// Whether its arguments are too large to be kept.
    pub(super) fn is_large(&self) -> bool {
        self.payload.len() > LARGE
    }

    /// Whether one statement writes both; it may be the same.
    pub(super) fn goes_with(&self, other: &Self) -> bool {
        let are_alike = self.handler == other.handler && self.chain == other.chain;
        self.id == other.id || are_alike && self.is_plain() && other.is_plain()
    }

    pub(super) fn as_text(&self) -> String {
        format!("{:20}{:20}{}", self.id, self.due.as_millis(), self.payload)
    }
}
