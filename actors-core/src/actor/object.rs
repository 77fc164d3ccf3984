//! The typed shell over an actor in memory: the closures of its handlers, with the types that they
//! name.

use std::any::Any;
use std::rc::Rc;

use super::ctx::Ctx;
use super::state::State;
use crate::error::Result;
use crate::instance::storage::Storage;
use crate::object::fields::{AnyActor, Loader, Saver};
use crate::object::turns::Work;
use crate::object::{Object, awake};
use crate::turn::Turn;
use crate::turn::current::{self, Caller};

/// The struct of an actor in memory, with its context.
pub(super) struct Loaded<A> {
    pub(super) actor: A,
    pub(super) ctx: Ctx<A>,
}

impl<A: State> AnyActor for Loaded<A> {
    fn save(&self, saver: &mut Saver) -> Result<()> {
        self.actor.save(saver)
    }

    fn load(&mut self, loader: &mut Loader<'_>) -> Result<()> {
        self.actor.load(loader)
    }
}

/// The struct to change, and its context.
pub fn exclusive<A: 'static>(actor: &mut dyn AnyActor) -> (&mut A, &Ctx<A>) {
    let Loaded { actor, ctx } = loaded_mut(actor);
    (actor, ctx)
}

/// The struct to read, and its context.
pub fn shared<A: 'static>(actor: &dyn AnyActor) -> (&A, &Ctx<A>) {
    let Loaded { actor, ctx } = loaded(actor);
    (actor, ctx)
}

// Not again in each handler of the actor.

#[inline(never)]
fn loaded_mut<A: 'static>(actor: &mut dyn AnyActor) -> &mut Loaded<A> {
    let loaded = (actor as &mut dyn Any).downcast_mut();
    loaded.unwrap_or_else(|| wrong_type())
}

#[inline(never)]
fn loaded<A: 'static>(actor: &dyn AnyActor) -> &Loaded<A> {
    let loaded = (actor as &dyn Any).downcast_ref();
    loaded.unwrap_or_else(|| wrong_type())
}

#[cold]
fn wrong_type() -> ! {
    unreachable!("an object has one type")
}

// A closure has one caller, in which these take less than as functions of their own.
impl Object {
    /// A turn of a `fn(&mut self)`: alone, in one transaction if what it does with the database
    /// or with persisted fields needs one.
    #[inline(always)]
    pub fn exclusive<A: 'static, T: 'static>(
        &self,
        storage: Storage,
        body: impl FnOnce(&mut A, &Ctx<A>) -> Result<T> + 'static,
    ) -> Turn<T> {
        let work = Work::Exclusive(
            storage,
            Box::new(|actor| {
                let (actor, ctx) = exclusive(actor);
                body(actor, ctx)
            }),
        );
        self.turn(work)
    }

    /// A turn of a `fn(&self)`: concurrent with other shared turns, in one transaction if what it
    /// does with the database needs one.
    #[inline(always)]
    pub fn shared<A: 'static, T: 'static>(
        &self,
        storage: Storage,
        body: impl FnOnce(&A, &Ctx<A>) -> Result<T> + 'static,
    ) -> Turn<T> {
        let work = Work::Shared(
            storage,
            Box::new(|actor| {
                let (actor, ctx) = shared(actor);
                body(actor, ctx)
            }),
        );
        self.turn(work)
    }

    /// A turn of an `async fn(&mut self)`: alone, from its first line to its last.
    #[inline(always)]
    pub fn exclusive_async<A: 'static, T: 'static>(
        &self,
        body: impl AsyncFnOnce(&mut A, &Ctx<A>) -> Result<T> + 'static,
    ) -> Turn<T> {
        self.turn_exclusive(Box::new(|actor| {
            let (actor, ctx) = exclusive(actor);
            Box::pin(body(actor, ctx))
        }))
    }

    /// A turn of an `async fn(&self)`: concurrent with other shared turns.
    #[inline(always)]
    pub fn shared_async<A: 'static, T: 'static>(
        &self,
        body: impl AsyncFnOnce(&A, &Ctx<A>) -> Result<T> + 'static,
    ) -> Turn<T> {
        self.turn_shared(Box::new(|actor| {
            let (actor, ctx) = shared(actor);
            Box::pin(body(actor, ctx))
        }))
    }

    /// Runs `body` as part of the shared turns that are running, in one transaction.
    pub(super) fn within<A: 'static, T>(
        &self,
        body: impl FnOnce(&A, &Ctx<A>) -> Result<T>,
    ) -> Result<T> {
        let _permit = self.join()?;
        self.instance().check_not_plain()?;
        let actor = self.memory.actor.borrow();
        let (actor, ctx) = shared(awake(actor.as_deref())?);
        ctx.transaction(|| body(actor, ctx))
    }

    /// The same for an `async` body.
    #[allow(
        clippy::await_holding_refcell_ref,
        reason = "the gate admits no conflicting turn"
    )]
    pub(super) async fn within_async<A: 'static, T>(
        &self,
        body: impl AsyncFnOnce(&A, &Ctx<A>) -> Result<T>,
    ) -> Result<T> {
        let _permit = self.join()?;
        let caller = current::caller()
            .unwrap_or_else(|| Rc::new(Caller::new(&self.instance().identity, None)));
        let actor = self.memory.actor.borrow();
        let (actor, ctx) = shared(awake(actor.as_deref())?);
        let result = current::within(&caller, body(actor, ctx)).await;
        self.end();
        result
    }
}
