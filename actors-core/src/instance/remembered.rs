//! What memory holds about the database, restored when a transaction is rolled back.

use std::cell::Cell;

use super::unwritten::Extent;
use crate::sockets::raw::Attachments;
use crate::time::Timestamp;

/// Whether an object exists, as the open transaction sees it.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Life {
    #[default]
    Exists,
    /// It has no tables.
    Unborn,
    /// It exists in the current transaction, which is `#[on_init]`'s and will be undone.
    Rehearsed,
}

/// What an object remembers of its database. A rollback restores all of it, so anything else
/// that is remembered belongs here too.
#[derive(Clone, Copy, Default)]
pub(crate) struct Remembered {
    /// How many transactions are open, nested.
    pub(super) depth: u32,
    /// The earliest alarm before the open transaction touched any.
    pub(crate) earliest: Option<Option<Timestamp>>,
    /// Whether the object exists.
    pub(crate) life: Life,
    /// How many statements `#[on_init]` has stored, while the object does not exist.
    pub(crate) seeds: usize,
    /// Whether a turn has destroyed the object.
    pub(crate) is_destroyed: bool,
    /// How often the object's own alarm has been set since the wake.
    pub(crate) settings: u32,
    /// The ids of the next alarms that are scheduled, and where they end.
    pub(super) alarm_ids: (i64, i64),
    /// How many alarms the open transactions have scheduled and completed.
    pub(super) noted_alarms: Extent,
    /// How many of those have been written.
    pub(super) written_alarms: Extent,
    /// How many notes the open transactions have left for what hears of commits.
    pub(crate) noted: usize,
    /// When it should ring, if it is uncertain whether it is still set.
    pub(crate) is_in_doubt: Option<Timestamp>,
}

/// An open transaction: what it has changed in memory is restored when this is dropped,
/// unless it has been committed.
pub(crate) struct Open<'a> {
    remembered: &'a Cell<Remembered>,
    before: Remembered,
    attachments: Attachments,
    is_committed: bool,
}

impl<'a> Open<'a> {
    pub(crate) fn new(remembered: &'a Cell<Remembered>) -> Self {
        let before = remembered.get();
        remembered.set(Remembered {
            depth: before.depth + 1,
            ..before
        });
        Self {
            remembered,
            before,
            attachments: Attachments::open(),
            is_committed: false,
        }
    }

    /// Whether this is not nested in another transaction.
    pub(crate) fn is_outermost(&self) -> bool {
        self.before.depth == 0
    }

    pub(crate) fn commit(mut self) {
        self.is_committed = true;
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if !self.is_committed {
            self.remembered.set(self.before);
            self.attachments.undo();
            return;
        }
        let earliest = match self.is_outermost() {
            true => None,
            false => self.remembered.get().earliest,
        };
        self.remembered.set(Remembered {
            depth: self.before.depth,
            earliest,
            ..self.remembered.get()
        });
    }
}
