//! Every event of an actor becomes a turn here.

#![allow(
    clippy::await_holding_refcell_ref,
    reason = "the gate admits no conflicting turn"
)]

use std::rc::Rc;

use super::fields::AnyActor;
use super::{Object, awake};
use crate::error::{Error, ErrorKind, Result};
use crate::instance::storage::Storage;
use crate::instance::transaction::Once;
use crate::schema;
use crate::turn::current::{self, Caller};
use crate::turn::gate::{Access, Permit};
use crate::turn::{BoxFuture, Turn};

// What a turn does is boxed, so that its path is compiled once for all handlers with the same kind
// of outcome.

type Exclusive<T> = Box<dyn FnOnce(&mut dyn AnyActor) -> Result<T>>;
type Shared<T> = Box<dyn FnOnce(&dyn AnyActor) -> Result<T>>;
type ExclusiveAsync<T> = Box<dyn for<'a> FnOnce(&'a mut dyn AnyActor) -> BoxFuture<'a, Result<T>>>;
type SharedAsync<T> = Box<dyn for<'a> FnOnce(&'a dyn AnyActor) -> BoxFuture<'a, Result<T>>>;

/// What a synchronous turn does, and how far that concerns the database.
pub(crate) enum Work<T> {
    Exclusive(Storage, Exclusive<T>),
    Shared(Storage, Shared<T>),
}

impl Object {
    /// Does `work` as a turn, without a future if it can start at once.
    pub(crate) fn turn<T: 'static>(&self, work: Work<T>) -> Turn<T> {
        let access = match work {
            Work::Exclusive(..) => Access::Exclusive,
            Work::Shared(..) => Access::Shared,
        };
        if self.instance().gate.is_awake()
            && let Some(_permit) = self.instance().gate.try_enter(access)
        {
            return Turn::Done(self.work(work));
        }
        let object = self.clone();
        Turn::start(async move {
            let _entered = object.enter(access).await?;
            object.work(work)
        })
    }

    /// Runs an asynchronous handler as a turn that is alone, from its first line to its last.
    pub(crate) fn turn_exclusive<T: 'static>(&self, body: ExclusiveAsync<T>) -> Turn<T> {
        let object = self.clone();
        Turn::start(async move {
            let (_permit, caller) = object.enter(Access::Exclusive).await?;
            let result = object.alone(&caller, body).await;
            if result.is_err() {
                object.restore();
            }
            object.end();
            result
        })
    }

    /// The same as a turn that is concurrent with other shared turns.
    pub(crate) fn turn_shared<T: 'static>(&self, body: SharedAsync<T>) -> Turn<T> {
        let object = self.clone();
        Turn::start(async move {
            let (_permit, caller) = object.enter(Access::Shared).await?;
            let actor = object.memory.actor.borrow();
            let actor = awake(actor.as_deref())?;
            let result = current::within(&caller, body(actor)).await;
            object.end();
            let value = result?;
            object.check_still(actor)?;
            Ok(value)
        })
    }

    async fn alone<T>(&self, caller: &Rc<Caller>, body: ExclusiveAsync<T>) -> Result<T> {
        let mut actor = self.memory.actor.borrow_mut();
        let actor = awake(actor.as_deref_mut())?;
        let value = current::within(caller, body(actor)).await?;
        self.store_changed(actor)?;
        Ok(value)
    }

    /// Changes the actor in a turn of its own, for what is in none. The outer error is that of a
    /// turn that could not begin.
    pub(crate) async fn change_moment(
        &self,
        body: &mut dyn FnMut(&mut dyn AnyActor) -> Result<()>,
    ) -> Result<Result<()>> {
        let _entered = self.enter(Access::Exclusive).await?;
        let result = self.change(Storage::Any, body);
        self.end();
        Ok(result)
    }

    /// Reads the actor in a turn of its own, for what is in none.
    pub(crate) async fn read_moment(
        &self,
        body: &mut dyn FnMut(&dyn AnyActor) -> Result<()>,
    ) -> Result<()> {
        let _entered = self.enter(Access::Shared).await?;
        let result = self.read(Storage::Any, body);
        self.end();
        result
    }

    /// Does `work`, and ends its turn.
    fn work<T>(&self, work: Work<T>) -> Result<T> {
        let result = match work {
            Work::Exclusive(storage, body) => {
                let mut once = Once::new(body);
                let body = &mut |actor: &mut dyn AnyActor| once.run(|body| body(actor));
                self.change(storage, body).and_then(|()| once.value())
            }
            Work::Shared(storage, body) => {
                let mut once = Once::new(body);
                let body = &mut |actor: &dyn AnyActor| once.run(|body| body(actor));
                self.read(storage, body).and_then(|()| once.value())
            }
        };
        self.end();
        result
    }

    /// Runs `body` on the actor as a shared turn does, in one transaction if it needs one.
    fn read(
        &self,
        storage: Storage,
        body: &mut dyn FnMut(&dyn AnyActor) -> Result<()>,
    ) -> Result<()> {
        let instance = self.instance();
        let look = &mut |storage: Storage| {
            let actor = self.memory.actor.borrow();
            let actor = awake(actor.as_deref())?;
            instance.only(storage, || body(actor))?;
            self.check_still(actor)
        };
        match instance.needs_transaction(storage) {
            true => instance.transact(&mut || look(Storage::Any)),
            false => instance.plainly(&mut || look(storage)),
        }
    }

    /// Runs `body` on the actor as an exclusive turn does, in one transaction if it needs one.
    fn change(
        &self,
        storage: Storage,
        body: &mut dyn FnMut(&mut dyn AnyActor) -> Result<()>,
    ) -> Result<()> {
        let result = match self.instance().needs_transaction(storage) {
            true => self.commit(awake(self.memory.actor.borrow_mut().as_deref_mut())?, body),
            false => self.change_plain(storage, body),
        };
        if result.is_err() {
            self.restore();
        }
        result
    }

    /// Runs `body` without a transaction, and stores the persisted fields if it has changed any.
    fn change_plain(
        &self,
        storage: Storage,
        body: &mut dyn FnMut(&mut dyn AnyActor) -> Result<()>,
    ) -> Result<()> {
        let instance = self.instance();
        instance.plainly(&mut || {
            let mut actor = self.memory.actor.borrow_mut();
            let actor = awake(actor.as_deref_mut())?;
            instance.only(storage, || body(actor))?;
            self.store_changed(actor)
        })
    }

    /// Runs `body` and stores the persisted fields that it changed, in one transaction.
    pub(super) fn commit(
        &self,
        actor: &mut dyn AnyActor,
        body: &mut dyn FnMut(&mut dyn AnyActor) -> Result<()>,
    ) -> Result<()> {
        let saved = &self.memory.saved;
        let mut changed = None;
        self.instance().transact(&mut || {
            body(actor)?;
            changed = self.changed(actor)?;
            let mut changed = changed.iter();
            changed.try_for_each(|fields| saved.store(self.instance(), fields))
        })?;
        if let Some(fields) = changed {
            saved.set(fields);
        }
        Ok(())
    }

    /// Stores the persisted fields in a transaction of their own, if they have changed.
    pub(super) fn store_changed(&self, actor: &dyn AnyActor) -> Result<()> {
        let Some(fields) = self.changed(actor)? else {
            return Ok(());
        };
        let saved = &self.memory.saved;
        let instance = self.instance();
        instance.transact(&mut || saved.store(instance, &fields))?;
        saved.set(fields);
        Ok(())
    }

    /// The persisted fields of `actor`, if they differ from what is stored.
    pub(super) fn changed(&self, actor: &dyn AnyActor) -> Result<Option<String>> {
        self.memory.saved.changed(actor, &|| self.fresh())
    }

    /// Puts the persisted fields back to what is stored, after a turn that failed.
    pub(super) fn restore(&self) {
        let mut actor = self.memory.actor.borrow_mut();
        let restored = actor
            .as_deref_mut()
            .map(|actor| self.memory.saved.restore(actor));
        if !matches!(restored, Some(Ok(()))) {
            *actor = None;
            self.instance().gate.slept();
        }
    }

    /// In tests, checks that a shared turn has changed no persisted field.
    pub(super) fn check_still(&self, actor: &dyn AnyActor) -> Result<()> {
        match crate::env::IS_FOR_TESTS {
            true => self.memory.saved.check_still(actor),
            false => Ok(()),
        }
    }

    /// Begins something that is part of the shared turns that are running.
    pub(crate) fn join(&self) -> Result<Permit> {
        let instance = self.instance();
        instance.gate.join(Access::Shared).ok_or_else(|| {
            Error::new(
                ErrorKind::Deadlock,
                format!(
                    "a handle of this {} was used while no `&self` turn of it was running: take \
                     `&self` in the handler that makes the handle, and use the handle before that \
                     handler ends",
                    instance.def.name
                ),
            )
        })
    }

    /// Passes the gate, and wakes the actor if it sleeps.
    pub(crate) fn enter(&self, access: Access) -> BoxFuture<'_, Result<(Permit, Rc<Caller>)>> {
        self.instance().enter(access, &self.origin, self)
    }

    pub(crate) fn end(&self) {
        self.instance().end_turn();
    }

    /// Does the rest of [`Ctx::destroy`](crate::Ctx::destroy), if it was called, and returns
    /// whether it was.
    pub(super) async fn finish_destroy(&self) -> Result<bool> {
        let _permit = self.instance().gate.enter(Access::Exclusive).await;
        if self.instance().gate.is_awake() {
            return Ok(false);
        }
        self.memory.actor.take();
        self.instance().forget();
        schema::finish_destroy(self.instance())
    }
}
