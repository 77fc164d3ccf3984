//! The beginning and the end of a turn, and of the object.

use std::rc::Rc;

use super::Instance;
use super::beside::Life;
use super::door::{Door, Origin};
use super::lost::look_after;
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
    /// Passes the gate, and has the actor woken if nobody has. Boxed, so that it is compiled
    /// once and not again in each handler that waits for it.
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
                actor.wake(caller.clone()).await?;
                permit.woke();
                look_after(self, None);
            }
            Ok((permit, caller))
        })
    }

    /// Ends a turn. If it has destroyed the object, no other runs in what is left of it.
    pub(crate) fn end_turn(self: &Rc<Self>) {
        let beside = self.beside();
        if beside.is_destroyed {
            self.gate.slept();
        }
        if beside.is_in_doubt.is_some() {
            self.remember(|beside| beside.is_in_doubt = None);
            look_after(self, beside.is_in_doubt);
        }
    }

    /// See [`Ctx::destroy`](crate::Ctx::destroy).
    pub(crate) fn destroy(&self) -> Result<()> {
        self.transaction(|| {
            self.remember(|beside| beside.is_destroyed = true);
            let is_unborn = self.beside().life == Life::Unborn;
            if is_unborn && !self.platform.sockets(&Selection::default()).is_empty() {
                // So that somebody closes them, whatever comes next.
                self.begin_to_exist()?;
            }
            self.mark_destroyed()
        })
    }

    /// Says that the object is at its end: what finds this does the rest.
    pub(crate) fn mark_destroyed(&self) -> Result<()> {
        let statement = "UPDATE _actors SET fingerprint = ? WHERE id = 0";
        self.own().run(statement, (DESTROYED,)).map(drop)
    }
}
