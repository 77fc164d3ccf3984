//! What is kept beside the database, and put back with it when a transaction fails.

use std::cell::Cell;

use crate::sockets::raw::Attachments;
use crate::time::Timestamp;

/// Whether an object exists, as the open transaction has it.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Life {
    #[default]
    Exists,
    /// It has no tables.
    Unborn,
    /// It exists in the transaction at hand, which is `#[on_init]`'s and is undone.
    Rehearsed,
}

/// What an object remembers of its database. All of it is put back by a rollback, so what is
/// remembered in future belongs here too.
#[derive(Clone, Copy, Default)]
pub(crate) struct Beside {
    /// How many transactions are open, one in the other.
    pub(super) depth: u32,
    /// The earliest alarm before the open transaction touched any.
    pub(crate) earliest: Option<Option<Timestamp>>,
    /// Whether the object exists.
    pub(crate) life: Life,
    /// How much `#[on_init]` has stored, while it does not.
    pub(crate) seeds: usize,
    /// Whether a turn has asked for the object's end.
    pub(crate) is_destroyed: bool,
    /// How often the object's own alarm has been set since the wake.
    pub(crate) settings: u32,
    /// When it is to ring, though nobody knows whether it is still set.
    pub(crate) is_in_doubt: Option<Timestamp>,
}

/// An open transaction: what it has changed beside the database is put back when this is
/// dropped, unless it has been committed.
pub(crate) struct Open<'a> {
    beside: &'a Cell<Beside>,
    before: Beside,
    attachments: Attachments,
    is_committed: bool,
}

impl<'a> Open<'a> {
    pub(crate) fn new(beside: &'a Cell<Beside>) -> Self {
        let before = beside.get();
        beside.set(Beside {
            depth: before.depth + 1,
            ..before
        });
        Self {
            beside,
            before,
            attachments: Attachments::open(),
            is_committed: false,
        }
    }

    /// Whether this is not in another transaction.
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
            self.beside.set(self.before);
            self.attachments.undo();
            return;
        }
        let earliest = match self.is_outermost() {
            true => None,
            false => self.beside.get().earliest,
        };
        self.beside.set(Beside {
            depth: self.before.depth,
            earliest,
            ..self.beside.get()
        });
    }
}
