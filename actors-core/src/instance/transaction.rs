//! Transactions, which end by arming the object's own alarm.

use std::cell::Cell;

use super::Instance;
use super::alarm::arm;
use super::remembered::Life;
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

    /// Runs the handler of a turn without a transaction: it has no context, so it can't store
    /// anything. If it fails, only the attachments of web sockets are restored.
    pub(crate) fn plainly(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        let plain = Plain::begin(&self.is_plain);
        body()?;
        plain.keep();
        Ok(())
    }

    /// Refuses changes that a failure of the current turn would have to undo, if it has no
    /// transaction.
    pub(crate) fn check_not_plain(&self) -> Result<()> {
        match self.is_plain.get() {
            false => Ok(()),
            true => Err(Error::internal(
                "a handle was used in a handler without a context, which is no transaction: take \
                 `ctx: &Ctx<Self>` in the handler",
            )),
        }
    }

    fn is_rehearsed(&self) -> bool {
        self.remembered.get().life == Life::Rehearsed
    }
}

/// Marks a turn without a transaction, until dropped.
struct Plain<'a> {
    is_plain: &'a Cell<bool>,
    attachments: Attachments,
    is_kept: bool,
}

impl<'a> Plain<'a> {
    fn begin(is_plain: &'a Cell<bool>) -> Self {
        is_plain.set(true);
        Self {
            is_plain,
            attachments: Attachments::open(),
            is_kept: false,
        }
    }

    fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Plain<'_> {
    fn drop(&mut self) {
        self.is_plain.set(false);
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
