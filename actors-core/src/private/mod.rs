//! What macro-generated code refers to; not for use by hand.
//!
//! It may change in any release: this crate depends on exactly its own version of the macros.

mod carry;
mod handlers;
mod probe;
mod signature;
mod streamed;
mod tables;
mod verdicts;

pub use self::carry::{Carrier, Carry};
pub use self::handlers::{Admit, Always, Outcome, Read, Respond, View};
pub use self::probe::{Probe, Unproven};
pub use self::signature::Signature;
pub use self::streamed::Streamed;
pub use self::tables::{
    Key, Parent, Parents, TableFallback, has_parents, is_default, is_integer, same_key,
};
pub use self::verdicts::{
    Answer, Answered, Argument, AsColumn, AsDefault, AsId, AsJson, AsParent, Asked, Attached,
    AttachedAlike, Connected, Failure, Handled, Initial, NotOfCtx, Persisted, Plain, Responds,
    Sent, Still, StillAttached,
};
pub use crate::actor::ctx::Init;
pub use crate::actor::each::{Runs, each};
pub use crate::actor::object::Object;
pub use crate::actor::statement::{Bind, Column, bound, chosen, part, record, statement};
pub use crate::actor::table::{auto_id, insert_id, no_id, own_sql, store_all};
pub use crate::actor::{
    AlarmHandler, Handlers, Incoming, MessageHandler, Method, Part, Reached, RunAlarm, used,
};
pub use crate::alarms::{Declared, Due, Plan, Retry};
#[cfg(target_arch = "wasm32")]
pub use crate::backend::worker::{Class, declare_class, fetch};
pub use crate::entry::{Name, Route};
pub use crate::rpc::{Call, Reply, Stub};
pub use crate::sockets::admission::Opening;
pub use crate::sockets::{Decision, SocketOptions};
pub use crate::sql::list::{Listed, listed};
pub use crate::sql::{no_variant, to_json};
pub use crate::stand_in::If;
pub use crate::turn::Turn;
pub use actors_macros::{migration_next, sql_next};
#[cfg(target_arch = "wasm32")]
pub use wasm_bindgen;
#[cfg(target_arch = "wasm32")]
pub use worker::web_sys;
