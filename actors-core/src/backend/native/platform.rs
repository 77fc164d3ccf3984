//! An object of the simulated world, as the platform of its actor.

use std::any::Any;
use std::future::ready;
use std::rc::Rc;

use super::sim::{Sim, Slot, alive};
use super::socket::Socket;
use crate::error::Result;
use crate::platform::{Interruption, Platform};
use crate::sockets::admission::PreparedSocket;
use crate::sockets::raw::{Accepted, Connection as _, Outgoing, RawSocket, Selection};
use crate::sql::cell::Rows;
use crate::sql::{Usage, Value};
use crate::time::{Duration, Timestamp};
use crate::turn::BoxFuture;

/// One object.
pub(super) struct Object {
    world: Rc<Sim>,
    pub(super) slot: Rc<Slot>,
}

impl Sim {
    /// The platform for an actor in that slot.
    pub(crate) fn platform(&self, slot: &Rc<Slot>) -> Box<dyn Platform> {
        Box::new(Object {
            world: alive(&self.me),
            slot: slot.clone(),
        })
    }
}

impl Platform for Object {
    fn sql_run(&self, statement: &str, values: &[Value<'_>]) -> Result<u64> {
        self.world.before_storage(&self.slot);
        self.slot
            .disk
            .query(statement, values)
            .map(|(_, written)| written)
    }

    fn sql_fetch(&self, statement: &str, values: &[Value<'_>]) -> Result<Rows<'_>> {
        self.world.before_storage(&self.slot);
        Ok(self.slot.disk.query(statement, values)?.0)
    }

    fn sql_usage(&self) -> Usage {
        self.slot.disk.usage()
    }

    fn transaction(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        self.slot.disk.transaction(body)
    }

    fn set_alarm(&self, at: Option<Timestamp>) -> Result<()> {
        self.world.before_storage(&self.slot);
        self.slot.alarm_settings.update(|count| count + 1);
        self.slot.disk.set_alarm(at);
        Ok(())
    }

    fn alarm(&self) -> BoxFuture<'_, Result<Option<Timestamp>>> {
        Box::pin(ready(Ok(self.slot.disk.alarm())))
    }

    fn spawn(&self, work: BoxFuture<'static, ()>) {
        self.world.spawn(&self.slot, work);
    }

    fn abort(&self, reason: &str) {
        self.world.abort(&self.slot, reason);
    }

    fn sync(&self) -> BoxFuture<'_, ()> {
        // Writes are durable whenever a task waits.
        self.sleep(Duration::ZERO)
    }

    fn sleep(&self, span: Duration) -> BoxFuture<'_, ()> {
        Box::pin(self.world.sleep(span))
    }

    fn delete_all(&self) {
        for socket in self.sockets(&Selection::default()) {
            let _ = socket.close(1000, "the object was destroyed");
        }
        self.world.before_storage(&self.slot);
        self.slot
            .disk
            .clear()
            .expect("SQLite in memory drops tables");
    }

    fn ring_begins(&self, _object: &str) -> Option<Interruption> {
        self.slot.interruption.take()
    }

    fn ring_ends(&self, _object: &str) {}

    fn now(&self) -> Timestamp {
        self.world.now()
    }

    fn name(&self) -> Option<String> {
        self.slot.key.name().map(str::to_owned)
    }

    fn id(&self) -> String {
        self.slot.id.clone()
    }

    fn accept(&self, prepared: PreparedSocket) -> Result<Accepted> {
        Ok(Accepted::new(self.world.accept(&self.slot, prepared)))
    }

    fn new_socket_id(&self) -> String {
        self.world.new_socket_id()
    }

    fn sockets(&self, chosen: &Selection<'_>) -> Vec<RawSocket> {
        let sockets = self.slot.sockets.borrow();
        let is_chosen = |socket: &&Socket| {
            socket.is_open()
                && chosen.tags.iter().all(|tag| socket.has_tag(tag))
                && !chosen.except.iter().any(|other| socket.is(other))
        };
        let chosen = sockets.iter().filter(is_chosen).cloned();
        chosen.map(RawSocket::new).collect()
    }

    fn socket(&self, id: &str) -> Option<RawSocket> {
        let sockets = self.slot.sockets.borrow();
        let found = sockets.iter().find(|socket| socket.id() == id);
        let open = found.filter(|socket| socket.is_open());
        open.cloned().map(RawSocket::new)
    }

    fn broadcast(&self, chosen: &Selection<'_>, message: Outgoing<'_>) -> usize {
        let sockets = self.sockets(chosen);
        sockets.iter().filter(|to| to.send(message).is_ok()).count()
    }

    fn first_turn(&self) -> u64 {
        // Here, every run must be the same.
        0
    }

    fn own(&self) -> &dyn Any {
        self
    }
}
