//! What the framework's own tests do, bypassing the typed stubs.

#![allow(missing_docs, reason = "not for users")]

use std::path::Path;

use super::{Run, World};
use crate::actor::Actor;
use crate::actor::host::address;
use crate::backend::native::call;
use crate::error::Result;
use crate::platform::Host;
pub use crate::wire::Wire;

/// [`check_schema`](super::check_schema), which may rewrite the file if `updates`.
#[track_caller]
pub fn check_schema<A: Actor>(path: &Path, updates: bool) {
    super::schema::check::<A>(path, updates);
}

impl<M> Run<M> {
    /// Makes the platform lose an instance's own alarm, and evicts the instance if it is idle.
    pub fn lose_alarm<A: Actor>(&self, name: &str) {
        let world = World::of(self.sim.clone());
        world.lose_alarm::<A>(name);
        world.evict::<A>(name);
    }
}

impl World {
    /// Calls a method by its name, with any values.
    pub fn call_raw<A: Actor>(
        &self,
        name: &str,
        method: &str,
        values: Vec<Wire>,
    ) -> impl Future<Output = Result<Wire>> + 'static {
        let values = Wire::pack(&values);
        let (slot, method) = (self.slot::<A>(name), method.to_owned());
        let what = method.clone();
        let event = move |object: &dyn Host| call(object, &method, values);
        let reply = self.sim.deliver(&slot, what, event);
        async { Ok(Wire::unpack(&reply.await?).remove(0)) }
    }

    /// Runs a statement, and returns the rows as they are.
    pub fn sql_raw<A: Actor>(&self, name: &str, statement: &str) -> Result<Vec<Vec<Wire>>> {
        let mut rows = Vec::new();
        let slot = self.slot::<A>(name);
        slot.disk().query(statement, &[])?.0.visit(&mut |row| {
            rows.push(
                (0..row.len())
                    .map(|column| row.cell(column).to_wire())
                    .collect(),
            );
            Ok(())
        })?;
        slot.disk().commit()?;
        Ok(rows)
    }

    /// How often an instance's own alarm was set or cancelled, and how often it rang.
    pub fn alarm_counts<A: Actor>(&self, name: &str) -> (u64, u64) {
        let slot = self.slot::<A>(name);
        (slot.alarm_settings.get(), slot.alarm_rings.get())
    }

    /// Gives the storage of all `A`s to `B`s, as if `B` were newer code of the same actor.
    pub fn hand_over<A: Actor, B: Actor>(&self) {
        self.sim.hand_over(&address::<A>(), &address::<B>());
    }

    /// Makes the platform lose an instance's own alarm.
    pub fn lose_alarm<A: Actor>(&self, name: &str) {
        let slot = self.slot::<A>(name);
        slot.disk().set_alarm(None);
        slot.disk().commit().expect("SQLite in memory commits");
    }

    /// Sets an instance's own alarm to now.
    pub fn ring_now<A: Actor>(&self, name: &str) {
        let slot = self.slot::<A>(name);
        slot.disk().set_alarm(Some(self.now()));
        slot.disk().commit().expect("SQLite in memory commits");
    }
}
