//! What is kept beside the database, and put back with it when a transaction fails.

use std::cell::{Cell, RefCell};

use crate::backend::RawSocket;
use crate::time::Timestamp;
use crate::unborn::Life;

/// What an object remembers of its database. All of it is put back by a rollback, so what is
/// remembered in future belongs here too.
#[derive(Clone, Copy, Default)]
pub(crate) struct Beside {
    /// How many transactions are open, one in the other.
    depth: u32,
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
    /// How many attachments had been changed before.
    attached: usize,
    is_committed: bool,
}

thread_local! {
    /// The attachments of sockets before the open transactions changed them. Transactions are
    /// synchronous, so those that are open belong to one object.
    static ATTACHED: RefCell<Vec<(RawSocket, Vec<u8>)>> = const { RefCell::new(Vec::new()) };
    static OPEN: Cell<u32> = const { Cell::new(0) };
}

impl<'a> Open<'a> {
    pub(crate) fn new(beside: &'a Cell<Beside>) -> Self {
        let before = beside.get();
        beside.set(Beside {
            depth: before.depth + 1,
            ..before
        });
        OPEN.set(OPEN.get() + 1);
        Self {
            beside,
            before,
            attached: ATTACHED.with_borrow(Vec::len),
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
        OPEN.set(OPEN.get() - 1);
        if !self.is_committed {
            self.beside.set(self.before);
            let changed = ATTACHED.with_borrow_mut(|all| all.split_off(self.attached));
            for (socket, attachment) in changed.into_iter().rev() {
                // One that is gone has no need of it.
                let _ = socket.set_attachment(&attachment);
            }
            return;
        }
        self.beside.set(Beside {
            depth: self.before.depth,
            ..self.beside.get()
        });
        if self.is_outermost() {
            ATTACHED.take();
            self.beside.set(Beside {
                earliest: None,
                ..self.beside.get()
            });
        }
    }
}

/// Says that the attachment of a socket is about to change.
pub(crate) fn will_attach(socket: &RawSocket) {
    if OPEN.get() > 0 {
        let attachment = socket.attachment();
        ATTACHED.with_borrow_mut(|all| all.push((socket.clone(), attachment)));
    }
}
