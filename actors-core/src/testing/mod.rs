//! Actors under `cargo test`: no runtime, no network, no waiting.
//!
//! For `[dev-dependencies]`: `actors-core = { …, features = ["testing"] }`. It costs the
//! Worker nothing, since Cargo builds it without dev-dependencies.
//!
//! ```
//! # use actors_core::prelude::*;
//! # #[actor] pub struct Counter { #[persist] count: u64 }
//! # #[actor] impl Counter {
//! #     pub fn add(&mut self, by: u64) -> u64 { self.count += by; self.count }
//! #     #[alarm(every = "1h")] fn tick(&mut self) { self.count += 1; }
//! # }
//! use actors_core::testing::World;
//!
//! // #[test]
//! fn counts() {
//!     let world = World::new();
//!     let counter = world.get::<Counter>("a");
//!     assert_eq!(world.run(counter.add(2)).unwrap(), 2);
//!     world.evict_all(); // only what is persisted is left
//!     world.advance(hours(3)); // three ticks
//!     assert_eq!(world.run(counter.add(0)).unwrap(), 5);
//! }
//! # counts();
//! ```
//!
//! [`World::request`] sends an HTTP request, and [`World::connect`] opens a web socket.
//! [`check_schema`] compares an actor's tables with a file in your repository, so that a
//! change which deployed objects can't follow fails `cargo test`; [`check_rollback`] fails for
//! a change after which the previous version could not go on. [`Search`] looks for an order of
//! events that breaks an actor.
//!
//! The actors are the same as in workerd, and so is their environment: turns, transactions,
//! waking, RPC arguments, alarms, panics, SQLite with workerd's refusals and limits. The
//! differences are:
//!
//! - [`Sql::usage`](crate::Sql::usage) and [`Sql::run`](crate::Sql::run) count the rows
//!   that statements return and change; workerd also counts the rows that it scans, and
//!   those of indices.
//! - Concurrent calls begin in the order in which they were made or, with
//!   [`World::seeded`], in any order; in workerd calls through one stub stay in order.
//! - A text or a blob has at most 2 MB, as in production; a local workerd accepts more.
//! - A panic erases the memory of all actors of the world. In production it does so for the
//!   actors of one isolate, and which ones share it is unknown.
//! - Calls that wait for each other in a cycle fail at once, as they do within one isolate.
//!   In production, those between isolates end with [`Busy`](crate::ErrorKind::Busy).
//! - [`Ctx::env`](crate::Ctx::env) has the actors, and what the test has added: see
//!   [`World::var`], [`World::bucket`], [`World::database`]. What actors fetch, the test answers: see
//!   [`World::on_fetch`].
//! - An object with a name knows it, even if its id woke it; a jurisdiction is accepted, as in
//!   production. [`Ctx::bookmark`](crate::Ctx::bookmark) is refused, as by a local runtime.
//! - KV is seen everywhere at once, and takes any number of writes; a queue keeps what is sent to it,
//!   see [`World::sent`].
//! - [`QueryMeta`](crate::bindings::QueryMeta) counts rows as `Sql::usage` does.
//! - A request's body has a length that R2 can be told, also without a `content-length`.
//! - What runs in a container, the test has written: see [`World::container`]. A web socket of it is
//!   a response with the status 101, over which nothing can be sent.
//! - The ids of web sockets are sequential, not random. A crash ends the sockets of its
//!   object without telling anyone; a panic leaves them open.

mod client;
mod container;
mod front;
mod network;
#[doc(hidden)]
pub mod raw;
mod schema;
mod search;
mod snapshot;

use std::future::IntoFuture;
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use self::client::Client;
pub use self::container::{Image, Machine};
pub use self::front::{Delivered, Settled};
pub use self::network::Clock;
pub use self::schema::{check_rollback, check_schema};
pub use self::search::{Run, Search};
use crate::actor::Actor;
use crate::actor::host::{address, def_of};
use crate::backend::native::{Binding, Disk, Sim, Slot, fakes};
use crate::env::Env;
use crate::error::Result;
use crate::instance::tables::own;
use crate::instance::{Instance, empty_tables};
use crate::rpc::{FakedBy, check_name};
use crate::sql::{FromRow, Params};
use crate::time::{Duration, Timestamp};

/// A world of actors, with a clock that stands still until it is moved.
///
/// An actor exists once it is first called. Its storage lasts as long as the world, its
/// memory until it is evicted, crashes or panics.
pub struct World {
    sim: Rc<Sim>,
    env: Env,
}

/// Which instance of an actor is meant: a `&str` is its name, and [`Which::Id`] reaches one that has
/// none, from [`unique`](crate::State::unique).
///
/// ```
/// # use actors_core::prelude::*;
/// # #[actor] pub struct Counter { #[persist] count: u64 }
/// # #[actor] impl Counter { pub fn add(&mut self, by: u64) -> u64 { self.count += by; self.count } }
/// use actors_core::testing::{Which, World};
///
/// let world = World::new();
/// let counter = Counter::unique(world.env()).unwrap();
/// world.run(counter.add(2)).unwrap();
/// assert!(world.evict::<Counter>(Which::Id(&counter.id())));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which<'a> {
    /// The one with that name.
    Name(&'a str),
    /// The one with that id, from the `id` of a stub.
    Id(&'a str),
}

impl<'a, T: AsRef<str> + ?Sized> From<&'a T> for Which<'a> {
    fn from(name: &'a T) -> Self {
        Self::Name(name.as_ref())
    }
}

/// A message that waits in a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent<T> {
    /// The message.
    pub message: T,
    /// From when on it can be delivered.
    pub due: Timestamp,
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// A world in which ready events happen in the order in which they became ready. It
    /// begins at 2026-01-01T00:00:00Z.
    pub fn new() -> Self {
        Self::of(Sim::new(None))
    }

    /// A world in which the seed chooses among the ready events. The same seed makes the
    /// same choices.
    pub fn seeded(seed: u64) -> Self {
        Self::of(Sim::new(Some(seed)))
    }

    fn of(sim: Rc<Sim>) -> Self {
        let env = Env::new(sim.clone());
        Self { sim, env }
    }

    /// Adds a variable, as in `[vars]`.
    pub fn var(self, name: &str, text: impl Into<String>) -> Self {
        self.bind(name, Binding::Text(text.into()))
    }

    /// Adds a secret. As in the runtime, it is the same as a variable.
    pub fn secret(self, name: &str, text: impl Into<String>) -> Self {
        self.var(name, text)
    }

    /// Adds a JSON variable.
    ///
    /// # Panics
    ///
    /// The value is none that JSON has.
    #[track_caller]
    pub fn json(self, name: &str, value: &impl Serialize) -> Self {
        match serde_json::to_string(value) {
            Ok(text) => self.bind(name, Binding::Json(text)),
            Err(error) => panic!("`{name}` is no JSON: {error}"),
        }
    }

    /// Adds an R2 bucket, which is empty. A test fills it and looks at it through
    /// [`env`](Self::env): `world.run(world.env().bucket("FILES")?.head("a"))`.
    pub fn bucket(self, name: &str) -> Self {
        self.bind(name, Binding::Bucket(Rc::default()))
    }

    /// Adds a D1 database, and runs statements in it, if there are any: its tables, and what they
    /// begin with. A test looks at it through [`env`](Self::env).
    ///
    /// # Panics
    ///
    /// SQLite refuses a statement.
    #[track_caller]
    pub fn database(self, name: &str, statements: &str) -> Self {
        let disk = Disk::unused().expect("SQLite in memory opens");
        if !statements.trim().is_empty()
            && let Err(error) = disk.query(statements, &[])
        {
            panic!("`{name}`: {error}");
        }
        disk.commit().expect("SQLite in memory commits");
        self.bind(name, Binding::Database(Rc::new(disk)))
    }

    /// Adds a KV namespace, empty, as in `[[kv_namespaces]]`. [`env`](Self::env) reaches it, to
    /// fill it before the test and to look at it afterwards; keys expire by the world's clock.
    ///
    /// ```
    /// use actors_core::testing::World;
    ///
    /// let world = World::new().kv("CACHE");
    /// let cache = world.env().kv("CACHE").unwrap();
    /// world.run(cache.put("greeting", "hello")).unwrap();
    /// ```
    pub fn kv(self, name: &str) -> Self {
        self.bind(name, Binding::Kv(Rc::default()))
    }

    /// Adds the sending end of a queue, as in `[[queues.producers]]`. [`sent`](Self::sent) returns
    /// what is sent to it.
    pub fn queue(self, name: &str) -> Self {
        self.bind(name, Binding::Queue(Rc::default()))
    }

    /// The messages that wait in a queue, in the order in which they were sent.
    ///
    /// # Panics
    ///
    /// The world has no such queue, or a message is no `T`.
    #[track_caller]
    pub fn sent<T: DeserializeOwned>(&self, queue: &str) -> Vec<Sent<T>> {
        let Some(Binding::Queue(waiting)) = self.sim.bound.get(queue) else {
            panic!("the world has no queue `{queue}`: add it with `World::queue`");
        };
        let waiting = waiting.borrow();
        let sent = waiting.iter().map(|(due, text)| {
            let message = serde_json::from_str(text);
            let message = message.unwrap_or_else(|error| panic!("a message in `{queue}`: {error}"));
            Sent { message, due: *due }
        });
        sent.collect()
    }

    /// Adds objects that are not ours, or a service, for the stub `S` of a `#[remote]` trait: `make`
    /// returns what is in place of the one with that name (of a service, the binding's). It is made
    /// once for each name, and lasts as long as the world.
    ///
    /// What the fakes take and return goes through the same encoding as in a Worker.
    ///
    /// ```
    /// use actors_core::prelude::*;
    /// use actors_core::testing::World;
    ///
    /// #[remote(binding = "BILLING")]
    /// trait Billing {
    ///     async fn charge(&self, cents: u32) -> Result<u32>;
    /// }
    ///
    /// struct Fake(u32);
    ///
    /// impl Billing for Fake {
    ///     async fn charge(&self, cents: u32) -> Result<u32> {
    ///         self.0.checked_sub(cents).ok_or(Error::new(ErrorKind::Conflict, "too poor"))
    ///     }
    /// }
    ///
    /// let world = World::new().remote::<BillingStub, _>(|name| Fake(if name == "ann" { 100 } else { 5 }));
    /// let left = async |name| BillingStub::get(world.env(), name)?.charge(10).await;
    /// assert_eq!(world.run(left("ann")).unwrap(), 90);
    /// assert_eq!(world.run(left("bob")).unwrap_err().kind(), ErrorKind::Conflict);
    /// ```
    pub fn remote<S, T>(self, make: impl Fn(&str) -> T + 'static) -> Self
    where
        S: FakedBy<T> + 'static,
        T: 'static,
    {
        let fakes = fakes::<S, T>(make);
        match S::IS_SERVICE {
            true => self.bind(S::BINDING, Binding::Service(fakes)),
            false => self.bind(S::BINDING, Binding::Objects(fakes)),
        }
    }

    fn bind(self, name: &str, binding: Binding) -> Self {
        self.sim.bound.set(name, binding);
        self
    }

    /// The bindings that the actors get from [`Ctx::env`](crate::Ctx::env).
    pub fn env(&self) -> &Env {
        &self.env
    }

    /// A stub of the instance with that name.
    ///
    /// # Panics
    ///
    /// The name has more than 1,024 bytes.
    #[track_caller]
    pub fn get<A: Actor>(&self, name: &str) -> A::Stub {
        A::get(&self.env, name).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Runs until the future is done. Due alarms run, too; time stands still.
    ///
    /// # Panics
    ///
    /// The future waits for something that can't happen: for time to pass, or for
    /// itself.
    #[track_caller]
    pub fn run<T>(&self, future: impl IntoFuture<Output = T>) -> T {
        match self.sim.run(future.into_future()) {
            Some(value) => value,
            None => panic!(
                "this waits for something that does not happen by itself{}\n{}",
                match self.sim.next_time() {
                    Some(_) =>
                        ": an alarm or a timeout is still to come, use `World::advance` to reach \
                         it, or `World::run_within`",
                    None => "",
                },
                self.story().join("\n")
            ),
        }
    }

    /// Runs until the future is done, and lets time pass for that, but no longer than `limit`: for
    /// what waits for a timeout, a retry or an alarm.
    ///
    /// ```
    /// use actors_core::prelude::*;
    /// use actors_core::testing::World;
    ///
    /// let world = World::new().on_fetch("slow.example", async |_| {
    ///     std::future::pending::<Result<Response>>().await
    /// });
    /// let request = http::Request::get("https://slow.example").body(()).unwrap();
    /// let start = world.now();
    /// let answer = world.run_within(minutes(1), world.env().fetch(request).within(seconds(5)));
    /// assert!(answer.unwrap_err().is_retryable());
    /// assert_eq!(world.now() - start, seconds(5));
    /// ```
    ///
    /// # Panics
    ///
    /// The future is not done by then.
    #[track_caller]
    pub fn run_within<T>(&self, limit: Duration, future: impl IntoFuture<Output = T>) -> T {
        let end = self.now() + limit;
        let mut future = std::pin::pin!(future.into_future());
        loop {
            if let Some(value) = self.sim.run(future.as_mut()) {
                return value;
            }
            match self.sim.next_time().filter(|next| *next <= end) {
                Some(next) => self.sim.set_now(next.max(self.now())),
                None => panic!(
                    "this is not done within {limit:?}\n{}",
                    self.story().join("\n")
                ),
            }
        }
    }

    /// Runs everything that can happen without time passing.
    pub fn run_until_idle(&self) {
        while self.sim.step() {}
    }

    /// Lets that much time pass. Each alarm in that span runs at its time.
    pub fn advance(&self, span: Duration) {
        self.run_until_idle();
        let end = self.now() + span;
        while let Some(next) = self.sim.next_time().filter(|next| *next <= end) {
            self.sim.set_now(next.max(self.now()));
            self.run_until_idle();
        }
        self.sim.set_now(end);
    }

    /// The current time of the world.
    pub fn now(&self) -> Timestamp {
        self.sim.now()
    }

    /// Evicts an instance from memory, as the platform does after some seconds without
    /// work; returns whether it was in memory and idle.
    pub fn evict<'w, A: Actor>(&self, which: impl Into<Which<'w>>) -> bool {
        self.sim.evict(&self.slot::<A>(which))
    }

    /// Evicts all idle instances from memory.
    pub fn evict_all(&self) {
        for slot in self.sim.all_slots() {
            self.sim.evict(&slot);
        }
    }

    /// Removes an instance from memory in the middle of its work: its callers get an
    /// [`Unavailable`](crate::ErrorKind::Unavailable), and what it wrote since its last
    /// await is lost.
    pub fn crash<'w, A: Actor>(&self, which: impl Into<Which<'w>>) {
        self.sim.crash(&self.slot::<A>(which));
    }

    /// Does the same to all instances, as the end of the process would.
    pub fn crash_all(&self) {
        for slot in self.sim.all_slots() {
            self.sim.crash(&slot);
        }
    }

    /// Makes an instance crash in the middle of its work: the one that does the storage
    /// operation so many operations from now (0 is the next), before that is done. The
    /// moment before work becomes durable counts as an operation, too.
    pub fn crash_after(&self, operations: u32) {
        self.sim.crash_after.set(Some(operations));
    }

    /// Reads an instance's tables directly, without the actor; one that does not exist reads as
    /// empty.
    ///
    /// # Errors
    ///
    /// Those of [`Sql::all`](crate::Sql::all).
    pub fn rows<'w, A: Actor, T: FromRow>(
        &self,
        which: impl Into<Which<'w>>,
        statement: &str,
        params: impl Params,
    ) -> Result<Vec<T>> {
        let platform = self.sim.platform(&self.slot::<A>(which));
        let instance = Instance::new(platform, self.env.clone(), def_of::<A>());
        let sql = instance.own();
        let mut found = Vec::new();
        params.with(&mut |values| {
            found = match sql.all(statement, values) {
                Err(error) if error.message().contains("no such table: ") => {
                    let text = empty_tables(statement, own().chain(A::TABLES));
                    text.map_or(Err(error), |text| sql.all(&text, values))
                }
                rows => rows,
            }?;
            Ok(())
        })?;
        Ok(found)
    }

    /// The time for which an instance's own alarm is set: that of its earliest alarm.
    pub fn alarm<'w, A: Actor>(&self, which: impl Into<Which<'w>>) -> Option<Timestamp> {
        self.slot::<A>(which).alarm()
    }

    /// What has happened so far, one line per event, for the message of a failing test.
    pub fn story(&self) -> Vec<String> {
        self.sim.story()
    }

    #[track_caller]
    fn slot<'w, A: Actor>(&self, which: impl Into<Which<'w>>) -> Rc<Slot> {
        let address = address::<A>();
        let slot = match which.into() {
            Which::Name(name) => check_name(name).and_then(|()| self.sim.slot(&address, name)),
            Which::Id(id) => self.sim.slot_with_id(&address, id),
        };
        slot.unwrap_or_else(|error| panic!("{error}"))
    }
}
