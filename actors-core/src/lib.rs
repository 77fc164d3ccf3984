//! Cloudflare Durable Objects in Rust.
//!
//! Annotate a struct and its methods; the macros write the Durable Object class,
//! a typed stub to call it with, its tables and the dispatch of its alarms.
//!
//! ```
//! use actors_core::prelude::*;
//!
//! /// A word and how often it was said.
//! #[sql_table(name = "words")]
//! pub struct Word {
//!     #[sql(primary_key)]
//!     word: String,
//!     count: u32,
//! }
//!
//! #[actor(tables(Word))]
//! pub struct Listener {
//!     #[persist]
//!     heard: u64,        // survives eviction
//!     since_wake: u64,   // does not: its default at each wake
//! }
//!
//! #[actor]
//! impl Listener {
//!     /// Public methods are the actor's interface.
//!     pub fn hear(&mut self, ctx: &Ctx<Self>, word: String) -> Result<u32> {
//!         self.heard += 1;
//!         self.since_wake += 1;
//!         let count = Word::get(ctx, &word)?.map_or(0, |word| word.count) + 1;
//!         Word { word, count }.upsert(ctx)?;
//!         Ok(count)
//!     }
//!
//!     #[alarm(every = "1d")]
//!     fn forget(&mut self, ctx: &Ctx<Self>) -> Result<()> {
//!         sql!(Word => "DELETE FROM words WHERE count < {least = 2}").run(ctx)?;
//!         Ok(())
//!     }
//! }
//!
//! // The Worker's fetch handler.
//! actors_core::entry!("/listeners/{name}" => Listener);
//!
//! // How another actor, or a Worker, calls it:
//! pub async fn tell(env: &Env) -> Result<u32> {
//!     Listener::get(env, "kitchen")?.hear("soup".into()).await
//! }
//! ```
//!
//! # Guarantees
//!
//! - **Borrow rules are concurrency rules.** A `&mut self` handler has the actor to itself
//!   from its first line to its last, across every `await`; `&self` handlers run
//!   concurrently.
//! - **A turn that fails changes nothing.** A synchronous handler is one transaction over
//!   its SQL, its alarms and the persisted fields: an `Err` or a panic undoes all of it.
//!   Fields that are not persisted are caches, and keep their values. In an `async` handler
//!   each statement is a transaction of its own, unless it is in a [`Ctx::transaction`];
//!   its persisted fields are stored when it succeeds, and restored when it fails.
//! - **Nothing runs in a half-made actor.** Tables, persisted fields and
//!   `#[on_init]` come before any handler. If one of them fails, the event gets
//!   the error and the next event tries again.
//! - **Reading creates nothing.** An object begins to exist with the first turn that stores
//!   something: a row, a persisted field, an alarm. Until then it reads as empty, its declared
//!   alarms have not begun, and its database is untouched. What `#[on_init]` stores in an
//!   object that does not exist can be read by the handlers of that wake, and is stored when
//!   the object begins to exist; reading it before that takes a transaction, which is undone.
//! - **Tables follow their structs**, automatically where that is safe, with a
//!   [`migration!`] where it is not; nothing is dropped silently.
//! - **One call is one request**: native Workers RPC, for JavaScript as well.
//!
//! The macros are documented where they are used: [`actor`], [`macro@bindings`], [`sql_table`],
//! [`sql!`](sql!), [`migration!`], [`entry`].

#![cfg_attr(
    all(not(target_arch = "wasm32"), not(feature = "testing")),
    allow(dead_code, reason = "there is no platform to host an actor on")
)]

mod actor;
pub mod alarms;
mod backend;
pub mod bindings;
mod entry;
mod env;
mod error;
mod fnv;
mod from_binding;
mod instance;
mod json;
mod log;
mod object;
mod platform;
mod request;
mod rpc;
mod schema;
mod sockets;
pub mod sql;
mod stand_in;
pub mod streams;
pub mod tasks;
#[cfg(all(not(target_arch = "wasm32"), feature = "testing"))]
pub mod testing;
mod time;
mod tuples;
mod turn;
mod utf16;
mod wire;

pub use actor::bindings::HasBindings;
pub use actor::ctx::Ctx;
pub use actor::handle::Handle;
pub use actor::{Actor, State};
#[doc = include_str!("../docs/actor.md")]
pub use actors_macros::actor;
#[doc = include_str!("../docs/bindings.md")]
pub use actors_macros::bindings;
#[doc = include_str!("../docs/entry.md")]
pub use actors_macros::entry;
#[doc = include_str!("../docs/migration.md")]
pub use actors_macros::migration;
#[doc = include_str!("../docs/remote.md")]
pub use actors_macros::remote;
#[doc = include_str!("../docs/sql.md")]
pub use actors_macros::sql;
#[doc = include_str!("../docs/sql_table.md")]
pub use actors_macros::sql_table;
pub use actors_macros::{
    alarm, on_close, on_connect, on_error, on_init, on_message, on_request, once, persist, task,
};
pub use bindings::fetch::Fetch;
pub use bindings::service::Service;
pub use bindings::{Bucket, Container, Database, Kv, Queue};
pub use entry::Entry;
pub use entry::events::{Batch, Delivery, Scheduled};
pub use entry::handlers::send;
pub use env::Env;
pub use error::{Error, ErrorKind, Result};
pub use from_binding::FromBinding;
#[doc(hidden)]
pub use from_binding::{FromEnv, Reader};
#[doc(hidden)]
pub use object::fields::{Loader, Saver};
pub use request::{Body, BodySender, FromBody, Request, Response, json_response};
pub use rpc::placement::{Jurisdiction, LocationHint, Placement};
pub use sockets::{Admission, Close, Message, Socket, Sockets};
#[doc(hidden)]
pub use sql::Cell;
pub use sql::{Json, Sql, SqlValue};
pub use time::{Duration, Timestamp, days, hours, minutes, seconds};

pub use {bytes::Bytes, http, serde, serde_json};

/// What an actor's module needs: `use actors_core::prelude::*`.
pub mod prelude {
    #[doc(hidden)]
    pub use crate::State as _;
    pub use crate::sql::FromRow;
    #[doc(hidden)]
    pub use crate::sql::NeedsKey as _;
    pub use crate::streams::Cursor;
    pub use crate::tasks::Run;
    pub use crate::{
        Actor, Admission, Body, Bucket, Bytes, Close, Ctx, Database, Duration, Env, Error,
        ErrorKind, Handle, Json, Kv, Message, Queue, Request, Response, Result, Socket, SqlValue,
        Timestamp, actor, alarm, days, hours, http, json_response, migration, minutes, on_close,
        on_connect, on_error, on_init, on_message, on_request, once, persist, remote, seconds,
        serde_json, sql, sql_table, task,
    };
    pub use actors_macros::bindings;
}

#[doc(hidden)]
#[path = "private/mod.rs"]
pub mod __private;

/// Compiles the Rust code in the README.
#[cfg(all(doctest, feature = "testing"))]
#[doc = include_str!("../../README.md")]
struct Readme;
