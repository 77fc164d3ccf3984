//! One actor in memory: every event becomes a turn here.

#![allow(
    clippy::await_holding_refcell_ref,
    reason = "the gate admits no conflicting turn"
)]

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use super::ctx::{Ctx, Init, Inner};
use super::state::{Saved, State};
use crate::env::{Env, IS_FOR_TESTS};
use crate::error::{Error, ErrorKind, Result};
use crate::instance::door::Origin;
use crate::instance::transaction::Once;
use crate::instance::turn::Wakes;
use crate::instance::{ActorDef, Instance};
use crate::platform::Platform;
use crate::schema;
use crate::turn::current::{self, Caller, Chain};
use crate::turn::gate::{Access, Permit};
use crate::turn::{BoxFuture, Turn};

/// An actor in memory on its platform object, together with the origin of the event at hand.
pub struct Object<A>(pub(super) Rc<Inner<A>>, Origin);

// What a turn does is boxed, so that its path is compiled once for all handlers that return the
// same type.

type Exclusive<A, T> = Box<dyn FnOnce(&mut A, &Ctx<A>) -> Result<T>>;
type Shared<A, T> = Box<dyn FnOnce(&A, &Ctx<A>) -> Result<T>>;
type ExclusiveAsync<A, T> =
    Box<dyn for<'a> FnOnce(&'a mut A, &'a Ctx<A>) -> BoxFuture<'a, Result<T>>>;
type SharedAsync<A, T> = Box<dyn for<'a> FnOnce(&'a A, &'a Ctx<A>) -> BoxFuture<'a, Result<T>>>;

/// What a synchronous turn does.
enum Work<A, T> {
    Exclusive(Exclusive<A, T>),
    Shared(Shared<A, T>),
    /// The same without a transaction, for a handler without a context, which can't store anything.
    ExclusivePlain(Exclusive<A, T>),
    SharedPlain(Shared<A, T>),
}

impl<A> Clone for Object<A> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), self.1.clone())
    }
}

impl<A: State> Object<A> {
    /// A sleeping actor: its first turn wakes it.
    pub(crate) fn new(
        platform: Box<dyn Platform>,
        env: Env,
        def: ActorDef,
        on_init: Option<Init<A>>,
    ) -> Self {
        let instance = Rc::new(Instance::new(platform, env, def));
        let inner = Rc::new_cyclic(|inner| Inner {
            ctx: Ctx::new(instance, inner.clone()),
            actor: RefCell::new(None),
            saved: RefCell::default(),
            on_init,
        });
        Self(inner, Origin::default())
    }

    /// The actor, if it is still in memory.
    pub(crate) fn upgrade(inner: &Weak<Inner<A>>) -> Option<Self> {
        let inner = inner.upgrade()?;
        Some(Self(inner, Origin::default()))
    }

    /// The same, for an event whose outcome is awaited: by its sender and by the turns in the
    /// chain.
    pub(crate) fn awaited(&self, what: &'static str, chain: Option<Rc<Chain>>) -> Self {
        let is_awaited = true;
        let origin = Origin {
            what,
            chain,
            is_awaited,
        };
        Self(self.0.clone(), origin)
    }

    /// The same, for an event that must get its turn, however long that takes.
    pub(crate) fn unawaited(&self, what: &'static str) -> Self {
        let origin = Origin {
            what,
            ..Origin::default()
        };
        Self(self.0.clone(), origin)
    }

    /// A turn of a `fn(&mut self)`: alone, in one transaction.
    pub fn exclusive<T: 'static>(
        &self,
        body: impl FnOnce(&mut A, &Ctx<A>) -> Result<T> + 'static,
    ) -> Turn<T> {
        self.turn(Work::Exclusive(Box::new(body)))
    }

    /// A turn of a `fn(&self)`: concurrent with other shared turns, in one transaction.
    pub fn shared<T: 'static>(
        &self,
        body: impl FnOnce(&A, &Ctx<A>) -> Result<T> + 'static,
    ) -> Turn<T> {
        self.turn(Work::Shared(Box::new(body)))
    }

    /// A turn of a `fn(&mut self)` without a context: alone. It can't touch storage, so there is
    /// a transaction only if it has changed persisted fields.
    pub fn exclusive_plain<T: 'static>(
        &self,
        body: impl FnOnce(&mut A, &Ctx<A>) -> Result<T> + 'static,
    ) -> Turn<T> {
        self.turn(Work::ExclusivePlain(Box::new(body)))
    }

    /// A turn of a `fn(&self)` without a context: concurrent with other shared turns,
    /// without a transaction.
    pub fn shared_plain<T: 'static>(
        &self,
        body: impl FnOnce(&A, &Ctx<A>) -> Result<T> + 'static,
    ) -> Turn<T> {
        self.turn(Work::SharedPlain(Box::new(body)))
    }

    /// A turn of an `async fn(&mut self)`: alone, from its first line to its last.
    pub fn exclusive_async<T: 'static>(
        &self,
        body: impl AsyncFnOnce(&mut A, &Ctx<A>) -> Result<T> + 'static,
    ) -> Turn<T> {
        self.turn_exclusive(Box::new(|actor, ctx| {
            Box::pin(async move { body(actor, ctx).await })
        }))
    }

    /// A turn of an `async fn(&self)`: concurrent with other shared turns.
    pub fn shared_async<T: 'static>(
        &self,
        body: impl AsyncFnOnce(&A, &Ctx<A>) -> Result<T> + 'static,
    ) -> Turn<T> {
        self.turn_shared(Box::new(|actor, ctx| {
            Box::pin(async move { body(actor, ctx).await })
        }))
    }

    fn turn_exclusive<T: 'static>(&self, body: ExclusiveAsync<A, T>) -> Turn<T> {
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

    fn turn_shared<T: 'static>(&self, body: SharedAsync<A, T>) -> Turn<T> {
        let object = self.clone();
        Turn::start(async move {
            let (_permit, caller) = object.enter(Access::Shared).await?;
            let inner = &object.0;
            let actor = inner.actor.borrow();
            let actor = awake(actor.as_ref())?;
            let result = current::within(&caller, body(actor, &inner.ctx)).await;
            object.end();
            let value = result?;
            object.check_still(actor)?;
            Ok(value)
        })
    }

    /// In tests, checks that a shared turn has changed no persisted field.
    pub(super) fn check_still(&self, actor: &A) -> Result<()> {
        if !IS_FOR_TESTS || !A::PERSISTS {
            return Ok(());
        }
        self.0.saved.borrow().check_still(actor)
    }

    /// Runs `body` as part of the shared turns that are running, in one transaction.
    pub(crate) fn within<T>(&self, body: impl FnOnce(&A, &Ctx<A>) -> Result<T>) -> Result<T> {
        let _permit = self.join()?;
        self.instance().check_not_plain()?;
        let inner = &self.0;
        let actor = inner.actor.borrow();
        let actor = awake(actor.as_ref())?;
        inner.ctx.transaction(|| body(actor, &inner.ctx))
    }

    /// The same for an `async` body.
    pub(crate) async fn within_async<T>(
        &self,
        body: impl AsyncFnOnce(&A, &Ctx<A>) -> Result<T>,
    ) -> Result<T> {
        let _permit = self.join()?;
        let inner = &self.0;
        let caller = current::caller()
            .unwrap_or_else(|| Rc::new(Caller::new(&self.instance().identity, None)));
        let actor = inner.actor.borrow();
        let result = current::within(&caller, body(awake(actor.as_ref())?, &inner.ctx)).await;
        self.end();
        result
    }

    fn join(&self) -> Result<Permit> {
        self.instance().gate.join(Access::Shared).ok_or_else(|| {
            Error::new(
                ErrorKind::Deadlock,
                format!(
                    "a handle of this {} was used while no `&self` turn of it was running: take \
                     `&self` in the handler that makes the handle, and use the handle before that \
                     handler ends",
                    A::NAME
                ),
            )
        })
    }

    /// The object without its type.
    pub(crate) fn instance(&self) -> &Rc<Instance> {
        self.0.ctx.instance()
    }

    /// Does `work` as a turn, without a future if it can start at once.
    fn turn<T: 'static>(&self, work: Work<A, T>) -> Turn<T> {
        let access = match work {
            Work::Exclusive(_) | Work::ExclusivePlain(_) => Access::Exclusive,
            Work::Shared(_) | Work::SharedPlain(_) => Access::Shared,
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

    /// Does `work`, and ends its turn.
    fn work<T>(&self, work: Work<A, T>) -> Result<T> {
        let result = match work {
            Work::Exclusive(body) => {
                let mut once = Once::new(body);
                let body = &mut |actor: &mut A, ctx: &Ctx<A>| once.run(|body| body(actor, ctx));
                self.change(body).and_then(|()| once.value())
            }
            Work::Shared(body) => {
                let mut once = Once::new(body);
                let body = &mut |actor: &A, ctx: &Ctx<A>| once.run(|body| body(actor, ctx));
                self.read(body).and_then(|()| once.value())
            }
            Work::ExclusivePlain(body) => self.change_plain(body),
            Work::SharedPlain(body) => self.read_plain(body),
        };
        self.end();
        result
    }

    pub(super) fn end(&self) {
        self.instance().end_turn();
    }

    /// Does the rest of [`Ctx::destroy`], if it was called, and returns whether it was.
    pub(crate) async fn finish_destroy(&self) -> Result<bool> {
        let _permit = self.instance().gate.enter(Access::Exclusive).await;
        if self.instance().gate.is_awake() {
            return Ok(false);
        }
        self.0.actor.take();
        self.instance().forget();
        schema::finish_destroy(self.instance())
    }

    /// Passes the gate, and wakes the actor if it sleeps.
    pub(crate) fn enter(&self, access: Access) -> BoxFuture<'_, Result<(Permit, Rc<Caller>)>> {
        self.instance().enter(access, &self.1, self)
    }

    /// Schema, persisted fields, `#[on_init]`; the actor is awake when all have succeeded.
    async fn run_init(&self, caller: Rc<Caller>) -> Result<()> {
        let inner = &self.0;
        // The database decides; what memory has of it may be outdated.
        self.instance().forget();
        let stored = schema::open(self.instance())?;
        let mut actor = A::fresh();
        inner.saved.replace(Saved::load(&mut actor, &stored)?);
        match &inner.on_init {
            None => {}
            Some(Init::Sync(init)) => {
                self.commit(&mut actor, &mut |actor, ctx| init(actor, ctx))?
            }
            Some(Init::Async(init)) => {
                current::within(&caller, init(&mut actor, &inner.ctx)).await?;
                self.store_changed(&actor)?;
            }
        }
        inner.actor.replace(Some(actor));
        self.instance().unborn.is_awake();
        Ok(())
    }

    /// Runs `body` on the actor in one transaction, as a shared turn does.
    fn read(&self, body: &mut dyn FnMut(&A, &Ctx<A>) -> Result<()>) -> Result<()> {
        let inner = &self.0;
        self.instance().transact(&mut || {
            let actor = inner.actor.borrow();
            let actor = awake(actor.as_ref())?;
            body(actor, &inner.ctx)?;
            self.check_still(actor)
        })
    }

    /// Runs `body` on the actor in one transaction, as an exclusive turn does.
    fn change(&self, body: &mut dyn FnMut(&mut A, &Ctx<A>) -> Result<()>) -> Result<()> {
        let result = self.commit(awake(self.0.actor.borrow_mut().as_mut())?, body);
        if result.is_err() {
            self.restore();
        }
        result
    }

    /// Runs `body` on the actor without a transaction, as a shared turn does.
    fn read_plain<T>(&self, body: Shared<A, T>) -> Result<T> {
        let inner = &self.0;
        let actor = inner.actor.borrow();
        let actor = awake(actor.as_ref())?;
        self.instance().plainly(|| {
            let value = body(actor, &inner.ctx)?;
            self.check_still(actor)?;
            Ok(value)
        })
    }

    /// The same as an exclusive turn does, which stores the persisted fields if it has changed any.
    fn change_plain<T>(&self, body: Exclusive<A, T>) -> Result<T> {
        let inner = &self.0;
        let result = self.instance().plainly(|| {
            let mut actor = inner.actor.borrow_mut();
            let actor = awake(actor.as_mut())?;
            let value = body(actor, &inner.ctx)?;
            self.store_changed(actor)?;
            Ok(value)
        });
        if result.is_err() {
            self.restore();
        }
        result
    }

    async fn alone<T>(&self, caller: &Rc<Caller>, body: ExclusiveAsync<A, T>) -> Result<T> {
        let inner = &self.0;
        let mut actor = inner.actor.borrow_mut();
        let actor = awake(actor.as_mut())?;
        let value = current::within(caller, body(actor, &inner.ctx)).await?;
        self.store_changed(actor)?;
        Ok(value)
    }

    /// Runs `body` and stores the persisted fields that it changed, in one transaction.
    fn commit(
        &self,
        actor: &mut A,
        body: &mut dyn FnMut(&mut A, &Ctx<A>) -> Result<()>,
    ) -> Result<()> {
        let Inner { ctx, saved, .. } = &*self.0;
        let mut changed = None;
        self.instance().transact(&mut || {
            body(actor, ctx)?;
            changed = saved.borrow().changed(actor)?;
            changed.iter().try_for_each(|fields| self.store(fields))
        })?;
        if let Some(fields) = changed {
            saved.borrow_mut().set(fields);
        }
        Ok(())
    }

    /// Stores the persisted fields in a transaction of their own, if they have changed.
    fn store_changed(&self, actor: &A) -> Result<()> {
        let saved = &self.0.saved;
        let Some(fields) = saved.borrow().changed(actor)? else {
            return Ok(());
        };
        self.instance().transact(&mut || self.store(&fields))?;
        saved.borrow_mut().set(fields);
        Ok(())
    }

    pub(super) fn store(&self, fields: &str) -> Result<()> {
        let instance = self.instance();
        if !A::PERSISTS || instance.unborn.keeps(fields) {
            return Ok(());
        }
        schema::store(instance, &self.0.saved.borrow().with_unknown(fields)?)
    }

    /// Puts the persisted fields back to what is stored, after a turn that failed.
    pub(super) fn restore(&self) {
        let mut actor = self.0.actor.borrow_mut();
        let restored = actor
            .as_mut()
            .map(|actor| self.0.saved.borrow_mut().restore(actor));
        if !matches!(restored, Some(Ok(()))) {
            *actor = None;
            self.instance().gate.slept();
        }
    }
}

impl<A: State> Wakes for Object<A> {
    fn wake(&self, caller: Rc<Caller>) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.run_init(caller))
    }
}

/// The struct of an actor that is awake.
pub(super) fn awake<T>(actor: Option<T>) -> Result<T> {
    actor.ok_or_else(|| Error::internal("the actor is not awake"))
}
