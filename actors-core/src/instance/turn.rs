//! The beginning and end of a turn, and the end of the object.

use std::rc::Rc;

use super::Instance;
use super::door::{Door, Origin};
use super::remembered::Life;
use super::tables::DESTROYED;
use crate::error::Result;
use crate::sockets::raw::Selection;
use crate::turn::BoxFuture;
use crate::turn::current::Caller;
use crate::turn::gate::{Access, Permit};

/// An actor that can be woken, whatever its type.
pub(crate) trait Wakes {
    /// Loads the actor, and runs its `#[on_init]`.
    fn wake(&self, caller: Rc<Caller>) -> BoxFuture<'_, Result<()>>;
}

impl Instance {
    /// Passes the gate, and wakes the actor if it sleeps. Boxed, so that it is compiled once
    /// and not again in each handler that awaits it.
    pub(crate) fn enter<'a>(
        self: &'a Rc<Self>,
        access: Access,
        origin: &'a Origin,
        actor: &'a dyn Wakes,
    ) -> BoxFuture<'a, Result<(Permit, Rc<Caller>)>> {
        Box::pin(async move {
            let door = Door {
                gate: &self.gate,
                identity: &self.identity,
                platform: &*self.platform,
                wait: self.def.wait,
            };
            let (permit, caller) = door.pass(access, origin).await?;
            if !self.gate.is_awake() {
                self.read_bindings()?;
                actor.wake(caller.clone()).await?;
                permit.woke();
                (self.def.check_alarm)(self, None);
            }
            Ok((permit, caller))
        })
    }

    /// Ends a turn. If it has destroyed the object, no other turn runs in what is left.
    pub(crate) fn end_turn(self: &Rc<Self>) {
        let remembered = self.remembered();
        if remembered.is_destroyed {
            self.gate.slept();
        }
        if remembered.is_in_doubt.is_some() {
            self.remember(|remembered| remembered.is_in_doubt = None);
            (self.def.check_alarm)(self, remembered.is_in_doubt);
        }
    }

    /// See [`Ctx::destroy`](crate::Ctx::destroy).
    pub(crate) fn destroy(&self) -> Result<()> {
        self.transaction(|| {
            self.remember(|remembered| remembered.is_destroyed = true);
            let is_unborn = self.remembered().life == Life::Unborn;
            if is_unborn && !self.platform.sockets(&Selection::default()).is_empty() {
                // So that they get closed, whatever comes next.
                self.begin_to_exist()?;
            }
            self.mark_destroyed()
        })
    }

    /// Marks the object as destroyed: the next event that finds this does the rest.
    pub(crate) fn mark_destroyed(&self) -> Result<()> {
        let statement = "UPDATE _actors SET fingerprint = ? WHERE id = 0";
        self.own().run(statement, (DESTROYED,)).map(drop)
    }
}
