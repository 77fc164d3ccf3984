//! The seam to the platform: what an object needs from it, and the events it delivers.
//!
//! [`Platform`] is what actors are built on; [`Host`] receives the platform's events. `backend/`
//! has a platform for Workers and one for tests. Elsewhere, in an editor for example, actors
//! compile without a platform.

use std::any::Any;

use crate::error::{Error, Result};
use crate::request::{Request, Response};
use crate::sockets::admission::PreparedSocket;
use crate::sockets::message::Event;
use crate::sockets::raw::{Accepted, Outgoing, RawSocket, Selection};
use crate::sql::cell::Rows;
use crate::sql::{Usage, Value};
use crate::time::{Duration, Timestamp};
use crate::turn::{BoxFuture, Turn};
use crate::wire::Packed;

/// One object of the platform: its SQLite database with transactions, its one alarm, its clock,
/// its name, its web sockets.
pub(crate) trait Platform {
    /// Runs a statement for its effect, and returns how many rows it wrote.
    fn sql_run(&self, statement: &str, values: &[Value<'_>]) -> Result<u64>;

    /// Runs a statement once with each of several sets of values, and returns how many rows that
    /// wrote; or the number of the first set with which it failed, and the error.
    fn sql_run_each(
        &self,
        statement: &str,
        sets: &[Vec<Value<'_>>],
    ) -> Result<u64, (usize, Error)> {
        let mut written = 0;
        for (index, values) in sets.iter().enumerate() {
            let run = self.sql_run(statement, values);
            written += run.map_err(|error| (index, error))?;
        }
        Ok(written)
    }

    /// Runs a statement, and returns its rows.
    fn sql_fetch(&self, statement: &str, values: &[Value<'_>]) -> Result<Rows<'_>>;

    /// Rows read and written since the object woke.
    fn sql_usage(&self) -> Usage;

    /// Runs `body` in a transaction, which an error or a panic in it undoes.
    fn transaction(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()>;

    /// Sets the object's own alarm, or cancels it. It is part of the open transaction.
    fn set_alarm(&self, at: Option<Timestamp>) -> Result<()>;

    /// When the object's own alarm rings, if it is set. It reads no row.
    fn alarm(&self) -> BoxFuture<'_, Result<Option<Timestamp>>>;

    /// Runs something in the background, which no event waits for.
    fn spawn(&self, work: BoxFuture<'static, ()>);

    /// Drops what memory has of the object, once nothing of it runs. Whoever waits for it gets an
    /// error with that message.
    fn abort(&self, reason: &str);

    /// Waits until what was written is durable.
    fn sync(&self) -> BoxFuture<'_, ()>;

    /// Waits for that long, or less: callers that must be sure check the time.
    fn sleep(&self, span: Duration) -> BoxFuture<'_, ()>;

    /// Closes the web sockets, and deletes everything stored, including the alarm.
    fn delete_all(&self);

    /// Notes that alarms begin to run, and returns what cut the last ring short.
    fn ring_begins(&self, object: &str) -> Option<Interruption>;

    /// Notes that they have run.
    fn ring_ends(&self, object: &str);

    /// The time, which in a Worker stands still between two awaits.
    fn now(&self) -> Timestamp;

    /// The name that the object was addressed by, if any.
    fn name(&self) -> Option<String>;

    /// The object's id, 64 hexadecimal digits.
    fn id(&self) -> String;

    /// Accepts the web socket of the request that is being answered.
    fn accept(&self, socket: PreparedSocket) -> Result<Accepted>;

    /// An id that no other web socket has.
    fn new_socket_id(&self) -> String;

    /// The selected open web sockets.
    fn sockets(&self, chosen: &Selection<'_>) -> Vec<RawSocket>;

    /// The open web socket with that id, if the id is one of its tags.
    fn socket(&self, id: &str) -> Option<RawSocket>;

    /// Sends a message to the selected web sockets, and returns to how many.
    fn broadcast(&self, chosen: &Selection<'_>, message: Outgoing<'_>) -> usize;

    /// The number of the first turn in this process.
    fn first_turn(&self) -> u64;

    /// The object as its backend knows it, for what is reached through the bindings.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        allow(dead_code, reason = "only Cloudflare has a history")
    )]
    fn own(&self) -> &dyn Any;
}

/// Waits for that long, and no less.
pub(crate) async fn sleep(platform: &dyn Platform, span: Duration) {
    let end: Timestamp = platform.now() + span;
    while platform.now() < end {
        platform.sleep(end.since(platform.now())).await;
    }
}

/// An actor as its platform sees it: the events it handles.
pub(crate) trait Host {
    /// The number of the public method of that name.
    #[cfg_attr(
        target_arch = "wasm32",
        expect(dead_code, reason = "JavaScript's glue has the numbers")
    )]
    fn method(&self, name: &str) -> Option<usize>;

    /// A call of the public method with that number.
    fn call(&self, method: usize, arguments: Packed) -> Turn<Packed>;

    /// Whether a request with that path and `Upgrade` header is one for a web socket.
    fn is_upgrade(&self, path: &str, upgrade: Option<&str>) -> bool;

    /// A request for a web socket.
    fn upgrade(&self, request: Request) -> Turn<Upgrade>;

    /// Any other request; `None` if the actor handles none.
    fn fetch(&self, request: Request) -> Option<Turn<Response>>;

    /// The object's own alarm, which was meant to ring at `planned`.
    fn alarm(&self, planned: Option<Timestamp>) -> Turn<()>;

    /// An event of a web socket.
    fn socket(&self, socket: RawSocket, event: Event) -> Turn<()>;
}

/// The outcome of a request for a web socket.
pub(crate) enum Upgrade {
    Open(Accepted),
    Refused(Response),
}

/// What cut the last ring short while the process went on.
pub(crate) enum Interruption {
    /// A panic: in that alarm's handler, with that message, or elsewhere.
    Panic(Option<(i64, String)>),
    /// The sudden end of the Wasm instance, such as a stack overflow.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        allow(dead_code, reason = "only Wasm has traps")
    )]
    Trap,
}
