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
//! // Another actor, or a Worker, calls it so:
//! pub async fn tell(env: &Env) -> Result<u32> {
//!     Listener::get(env, "kitchen")?.hear("soup".into()).await
//! }
//! ```
//!
//! # What is promised
//!
//! - **Borrow rules are concurrency rules.** A `&mut self` handler has the actor
//!   to itself from its first line to its last, over every `await`; `&self`
//!   handlers run beside each other.
//! - **A turn that fails changes nothing.** A synchronous handler is one
//!   transaction over its SQL, its alarms and the persisted fields: an `Err` or a
//!   panic undoes all of it. Fields that are not persisted are caches, and keep
//!   what they hold. In an `async` handler each statement stands alone, or with
//!   those in the same [`Ctx::transaction`]; its persisted fields are stored when
//!   it succeeds, and go back to what they were when it fails.
//! - **Nothing runs in a half-made actor.** Tables, persisted fields and
//!   `#[on_init]` come before any handler. If one of them fails, the event gets
//!   the error and the next event tries again.
//! - **Asking creates nothing.** An object begins to exist with the first turn that stores
//!   something: a row, a persisted field, an alarm. Until then it reads as empty, its declared
//!   alarms have not begun, and its database is left as it is. What `#[on_init]` stores
//!   in an object that does not exist can be read by the handlers of that wake, and is
//!   stored when it begins to; to read it before takes a transaction, which is undone.
//! - **Tables follow their structs**, by themselves where that is safe, with a
//!   [`migration!`] where it is not; nothing is dropped silently.
//! - **One call is one request**, native Workers RPC, for JavaScript as well.
//!
//! The macros are documented where they are used: [`actor`], [`sql_table`],
//! [`sql!`](sql!), [`migration!`], [`entry`].

#![cfg_attr(
    not(target_arch = "wasm32"),
    allow(dead_code, reason = "no object exists there")
)]

mod actor;
pub mod alarms;
mod backend;
mod calls;
mod checks;
mod ctx;
mod door;
mod entry;
mod error;
mod handle;
mod instance;
mod json;
mod object;
mod persist;
mod request;
mod rpc;
mod schema;
mod signature;
mod sockets;
pub mod sql;
#[cfg(all(not(target_arch = "wasm32"), feature = "testing"))]
pub mod testing;
mod time;
mod transaction;
mod turn;
mod unborn;
mod wire;

pub use actor::{Actor, State};
#[doc = include_str!("../docs/actor.md")]
pub use actors_macros::actor;
#[doc = include_str!("../docs/entry.md")]
pub use actors_macros::entry;
#[doc = include_str!("../docs/migration.md")]
pub use actors_macros::migration;
#[doc = include_str!("../docs/sql.md")]
pub use actors_macros::sql;
#[doc = include_str!("../docs/sql_table.md")]
pub use actors_macros::sql_table;
pub use actors_macros::{
    alarm, on_close, on_connect, on_error, on_init, on_message, on_request, persist,
};
#[doc(hidden)]
pub use backend::Cell;
pub use backend::Env;
pub use ctx::Ctx;
pub use error::{Error, ErrorKind, Result};
pub use handle::Handle;
pub use persist::{Loader, Saver};
pub use request::{Body, BodySender, FromBody, Request, Response, json_response};
pub use sockets::{Admission, Close, Message, Socket, Sockets};
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
    pub use crate::{
        Actor, Admission, Body, Bytes, Close, Ctx, Duration, Env, Error, ErrorKind, Handle, Json,
        Message, Request, Response, Result, Socket, SqlValue, Timestamp, actor, alarm, days, hours,
        http, json_response, migration, minutes, on_close, on_connect, on_error, on_init,
        on_message, on_request, persist, seconds, serde_json, sql, sql_table,
    };
}

/// What the macros write refers to; not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use crate::actor::{Handlers, Init, Reached, used};
    pub use crate::alarms::{AlarmHandler, Declared, Due, Plan, Retry};
    #[cfg(target_arch = "wasm32")]
    pub use crate::backend::current::{Class, declare_class, fetch};
    pub use crate::checks::{
        Admit, Always, Answer, Argument, AsColumn, AsDefault, AsId, AsJson, AsParent, Asked,
        Attached, AttachedAlike, Carrier, Carry, Connected, Failure, Handled, If, Initial, Key,
        NotOfCtx, Outcome, Parent, Parents, Persisted, Plain, Probe, Read, Respond, Responds,
        Still, StillAttached, Unproven, Untold, View, has_parents, is_default, is_integer,
        same_key,
    };
    pub use crate::entry::{Name, Route};
    pub use crate::object::{Object, Turn};
    pub use crate::rpc::{Call, Method, Reply, Stub};
    pub use crate::signature::Signature;
    pub use crate::sockets::{Admitted, Incoming, MessageHandler, Opening, Part, SocketOptions};
    pub use crate::sql::list::{Listed, listed};
    pub use crate::sql::statement::{Bind, Column, bound, chosen, part, record, statement};
    pub use crate::sql::{auto_id, insert_id, no_id, no_variant, to_json};
    pub use actors_macros::{migration_next, sql_next};
    #[cfg(target_arch = "wasm32")]
    pub use wasm_bindgen;
    #[cfg(target_arch = "wasm32")]
    pub use worker::web_sys;
}

/// The README's Rust compiles.
#[cfg(all(doctest, feature = "testing"))]
#[doc = include_str!("../../README.md")]
struct Readme;

/// Calls a macro for no type, one type, and so on up to twelve.
macro_rules! for_each_tuple {
    ($macro:ident) => {
        crate::for_each_tuple!(@ $macro [] A B C D E F G H I J K L);
    };
    (@ $macro:ident [$($done:ident)*]) => {
        $macro!($($done)*);
    };
    (@ $macro:ident [$($done:ident)*] $next:ident $($rest:ident)*) => {
        $macro!($($done)*);
        crate::for_each_tuple!(@ $macro [$($done)* $next] $($rest)*);
    };
}
use for_each_tuple;
