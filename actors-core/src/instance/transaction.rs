//! Transactions, which end by arming the object's own alarm.

use std::cell::Cell;

use super::Instance;
use super::alarm::arm;
use super::remembered::Life;
use super::storage::Storage;
use crate::error::{Error, Result};
use crate::sockets::raw::Attachments;

impl Instance {
    /// See [`Ctx::transaction`](crate::Ctx::transaction).
    pub(crate) fn transaction<T>(&self, body: impl FnOnce() -> Result<T>) -> Result<T> {
        let mut once = Once::new(body);
        self.transact(&mut || once.run(|body| body()))?;
        once.value()
    }

    /// Runs `body` in a transaction, which ends by arming the object's own alarm.
    pub(crate) fn transact(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        self.check_write()?;
        let open = self.open();
        let mut has_run = false;
        let outcome = self.platform.transaction(&mut || {
            body()?;
            if open.is_outermost() {
                self.write_alarms()?;
            }
            has_run = true;
            match open.is_outermost() {
                true if self.is_rehearsed() => Err(Error::internal("rehearsed")),
                true => arm(self),
                false => Ok(()),
            }
        });
        let is_rehearsed = has_run && open.is_outermost() && self.is_rehearsed();
        if !is_rehearsed {
            outcome?;
        }
        let is_outermost = open.is_outermost();
        open.commit();
        if is_rehearsed {
            self.remember(|remembered| {
                remembered.life = Life::Unborn;
                remembered.noted = 0;
            });
        }
        if is_outermost && let Some(listener) = self.listener.get() {
            listener.committed(self);
        }
        Ok(())
    }

    /// Whether a turn that does no more than that with the database needs a transaction.
    pub(crate) fn needs_transaction(&self, storage: Storage) -> bool {
        match storage {
            Storage::Any => true,
            // The first statement that writes creates the tables.
            Storage::OneWrite => self.remembered().life != Life::Exists,
            Storage::Reads | Storage::Nothing => false,
        }
    }

    /// Runs a turn without a transaction. If it fails, only the attachments of web sockets are
    /// restored.
    pub(crate) fn plainly(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        let plain = Plain::default();
        body()?;
        plain.keep();
        Ok(())
    }

    /// Runs the handler of such a turn, which may do no more than that with the database.
    pub(crate) fn only<T>(&self, storage: Storage, body: impl FnOnce() -> T) -> T {
        let _restricted = Restricted {
            before: self.permitted.replace(storage),
            permitted: &self.permitted,
        };
        body()
    }

    /// Refuses changes that a failure of the current turn would have to undo, if it has no
    /// transaction.
    pub(crate) fn check_not_plain(&self) -> Result<()> {
        match self.permitted.get() {
            Storage::Any => Ok(()),
            Storage::OneWrite | Storage::Reads => Err(Error::internal(
                "a handle was used in a handler that is no transaction, since it reads with its \
                 own context: use that alone",
            )),
            Storage::Nothing => Err(Error::internal(
                "a handle was used in a handler without a context, which is no transaction: take \
                 `ctx: &Ctx<Self>` in the handler",
            )),
        }
    }

    /// Refuses a statement that writes, if the current turn would not undo it and the macro has not
    /// seen it.
    pub(super) fn check_write(&self) -> Result<()> {
        match self.permitted.get() {
            Storage::Any => Ok(()),
            Storage::OneWrite => {
                self.permitted.set(Storage::Reads);
                Ok(())
            }
            Storage::Reads | Storage::Nothing => Err(Error::internal(
                "a handler writes that was taken for one that only reads",
            )),
        }
    }

    fn is_rehearsed(&self) -> bool {
        self.remembered.get().life == Life::Rehearsed
    }
}

/// Restricts what the current turn may do with the database, until dropped.
struct Restricted<'a> {
    permitted: &'a Cell<Storage>,
    before: Storage,
}

impl Drop for Restricted<'_> {
    fn drop(&mut self) {
        self.permitted.set(self.before);
    }
}

/// What a turn without a transaction has changed, which is undone when this is dropped, unless it is
/// kept.
struct Plain {
    attachments: Attachments,
    is_kept: bool,
}

impl Default for Plain {
    fn default() -> Self {
        Self {
            attachments: Attachments::open(),
            is_kept: false,
        }
    }
}

impl Plain {
    fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        if !self.is_kept {
            self.attachments.undo();
        }
    }
}

/// A closure that runs once, for code that is compiled once for all closures: such code can
/// neither take it by value nor return its result.
pub(crate) struct Once<F, T> {
    body: Option<F>,
    value: Option<T>,
}

impl<F, T> Once<F, T> {
    pub(crate) fn new(body: F) -> Self {
        let (body, value) = (Some(body), None);
        Self { body, value }
    }

    /// Calls the closure, and keeps what it returns.
    pub(crate) fn run(&mut self, call: impl FnOnce(F) -> Result<T>) -> Result<()> {
        self.value = self.body.take().map(call).transpose()?;
        Ok(())
    }

    /// Returns what the closure has returned.
    pub(crate) fn value(self) -> Result<T> {
        self.value.ok_or_else(not_run)
    }
}

pub(crate) fn not_run() -> Error {
    Error::internal("the platform did not run the transaction")
}
