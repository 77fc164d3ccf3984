//! The backend for tests: a simulated world on this machine, with SQLite in
//! memory, a virtual clock, and evictions and crashes on demand.
//!
//! Where it can't agree with workerd:
//!
//! - [`Usage`] counts the rows that a statement answers and changes; workerd counts
//!   those that it scans too, and those of indices.
//! - The order of turns that come at once is that of the seed; in workerd it is that
//!   of arrival.
//! - A text or a blob is 2 MB at most, as in production; a local workerd takes more.
//! - A panic costs all actors of the world their memory, as it does those of one
//!   isolate in production. Which actors share an isolate there is not known.

mod disk;
mod http;
mod rows;
mod sim;
mod sockets;

use std::rc::Rc;

pub use self::rows::Cell;
pub(crate) use self::rows::Columns;
pub(crate) use self::sim::{Hosted, Sim, Slot};
pub(crate) use self::sockets::{Accepted, RawSocket, vanished};
use crate::actor::Actor;
use crate::alarms::Loss;
use crate::error::Result;
use crate::request::{Request, Response};
use crate::rpc::Call;
use crate::sockets::admission::Guested;
use crate::sockets::{Outgoing, Selection};
use crate::sql::{Row, Usage, Value};
use crate::time::{Duration, Timestamp};
use crate::wire::{Budget, Wire};

/// The Worker's bindings: here, all actors that there are.
#[derive(Clone)]
pub struct Env(pub(crate) Rc<Sim>);

/// One object.
pub(crate) struct Platform {
    env: Env,
    slot: Rc<Slot>,
}

impl Platform {
    pub(crate) fn sql_run(&self, statement: &str, values: &[Value<'_>]) -> Result<u64> {
        self.env.0.before_storage(&self.slot);
        self.slot.disk.query(statement, values, &mut |_| Ok(()))
    }

    pub(crate) fn sql_query(
        &self,
        statement: &str,
        values: &[Value<'_>],
        visit: &mut dyn FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        self.env.0.before_storage(&self.slot);
        self.slot.disk.query(statement, values, visit).map(drop)
    }

    pub(crate) fn sql_usage(&self) -> Usage {
        self.slot.disk.usage()
    }

    pub(crate) fn transaction(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        self.slot.disk.transaction(body)
    }

    pub(crate) fn set_alarm(&self, at: Option<Timestamp>) -> Result<()> {
        self.env.0.before_storage(&self.slot);
        self.slot.alarm_settings.update(|count| count + 1);
        self.slot.disk.set_alarm(at);
        Ok(())
    }

    /// When the object's own alarm rings, if it is set.
    pub(crate) async fn alarm(&self) -> Result<Option<Timestamp>> {
        Ok(self.slot.disk.alarm())
    }

    /// Does something that no event waits for.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + 'static) {
        self.env.0.spawn(&self.slot, Box::pin(work));
    }

    /// Waits until what was written is durable, which it is whenever a task waits.
    pub(crate) async fn sync(&self) {
        self.sleep(Duration::ZERO).await;
    }

    /// Lets that much time pass.
    pub(crate) async fn sleep(&self, span: Duration) {
        self.env.0.sleep(span).await;
    }

    /// Closes the web sockets, and removes all that is stored, the alarm included.
    pub(crate) fn delete_all(&self) {
        for socket in self.sockets(&Selection::default()) {
            let _ = socket.close(1000, "the object was destroyed");
        }
        self.env.0.before_storage(&self.slot);
        self.slot
            .disk
            .clear()
            .expect("SQLite in memory drops tables");
    }

    /// Says that alarms begin to run, and answers what has cut them short before.
    pub(crate) fn ring_begins(&self, _object: &str) -> Option<Loss> {
        self.slot.loss.take()
    }

    /// Says that they have run.
    pub(crate) fn ring_ends(&self, _object: &str) {}

    pub(crate) fn now(&self) -> Timestamp {
        self.env.0.now()
    }

    pub(crate) fn env(&self) -> &Env {
        &self.env
    }

    pub(crate) fn name(&self) -> Option<String> {
        Some(self.slot.name.clone())
    }

    pub(crate) fn id(&self) -> String {
        self.slot.id()
    }

    pub(crate) fn accept(&self, guest: Guested) -> Result<Accepted> {
        Ok(Accepted(self.env.0.accept(&self.slot, guest)))
    }

    pub(crate) fn new_socket_id(&self) -> String {
        self.env.0.new_socket_id()
    }

    pub(crate) fn sockets(&self, chosen: &Selection<'_>) -> Vec<RawSocket> {
        let sockets = self.slot.sockets.borrow();
        let is_chosen = |socket: &&RawSocket| {
            socket.is_open()
                && chosen.tags.iter().all(|tag| socket.has_tag(tag))
                && !chosen.except.contains(socket)
        };
        sockets.iter().filter(is_chosen).cloned().collect()
    }

    pub(crate) fn socket(&self, id: &str) -> Option<RawSocket> {
        let sockets = self.slot.sockets.borrow();
        let found = sockets.iter().find(|socket| socket.id() == id);
        found.filter(|socket| socket.is_open()).cloned()
    }

    pub(crate) fn broadcast(&self, chosen: &Selection<'_>, message: Outgoing<'_>) -> usize {
        let sockets = self.sockets(chosen);
        sockets.iter().filter(|to| to.send(message).is_ok()).count()
    }
}

/// Whether what costs too much elsewhere is looked for.
pub(crate) const IS_FOR_TESTS: bool = true;

/// The number of the first turn: each run is the same here.
pub(crate) fn first_turn() -> u64 {
    0
}

/// Writes to the Worker's log: here, what a test prints.
pub(crate) fn log(message: &str) {
    eprintln!("{message}");
}

/// By how many seconds the clocks of a time zone are ahead of UTC at that moment; none
/// if there is no such zone.
#[cfg(feature = "cron")]
pub(crate) fn utc_offset(zone: &str, at: Timestamp) -> Option<i64> {
    use chrono::{DateTime, Offset, TimeZone};
    // As workerd does, in small and capital letters.
    let zone = chrono_tz::TZ_VARIANTS
        .iter()
        .find(|known| known.name().eq_ignore_ascii_case(zone))?;
    let at = DateTime::from_timestamp_millis(at.as_millis())?;
    let offset = zone.offset_from_utc_datetime(&at.naive_utc());
    Some(offset.fix().local_minus_utc().into())
}

/// A call as it arrives, with no more than workerd's would have.
pub(crate) fn arriving(arguments: Vec<Wire>) -> Call {
    let mut budget = Budget::default();
    let arguments = arguments.into_iter();
    Call(arguments.map(|value| budget.admit(value)).collect())
}

/// The client of another object.
pub(crate) struct Target {
    sim: Rc<Sim>,
    slot: Rc<Slot>,
}

impl Target {
    pub(crate) fn named<A: Actor>(env: &Env, name: &str) -> Result<Self> {
        Ok(Self {
            sim: env.0.clone(),
            slot: env.0.slot::<A>(name)?,
        })
    }

    pub(crate) fn id(&self) -> Option<String> {
        Some(self.slot.id())
    }

    pub(crate) async fn call(&self, method: &str, arguments: Vec<Wire>) -> Result<Wire> {
        let method = method.to_owned();
        self.sim
            .deliver(&self.slot, method.clone(), move |object| {
                object.call(&method, arriving(arguments))
            })
            .await
            .map(|reply| Budget::default().admit(reply.0))
    }

    pub(crate) async fn fetch(&self, request: Request) -> Result<Response> {
        self.sim.fetch(&self.slot, request).await
    }
}
