//! What macro-generated code refers to; not for use by hand.
//!
//! It may change in any release: this crate depends on exactly its own version of the macros.

mod carry;
mod handlers;
mod once;
mod probe;
mod remote;
mod signature;
mod streamed;
mod tables;
mod verdicts;

pub use self::carry::{Carrier, Carry};
pub use self::handlers::{Admit, Always, Outcome, Read, Respond, View};
pub use self::once::{Once, answer_once};
pub use self::probe::{Probe, Unproven};
pub use self::remote::{Told, far_object, far_service};
pub use self::signature::Signature;
pub use self::streamed::Streamed;
pub use self::tables::{
    Key, Parent, Parents, TableFallback, has_parents, is_default, is_integer, same_key,
};
pub use self::verdicts::{
    Answer, Answered, Argument, AsBinding, AsColumn, AsDefault, AsId, AsJson, AsParent, Asked,
    Attached, AttachedAlike, Connected, Failure, FarArgument, Handled, Initial, Kept, NotOfCtx,
    Ours, Persisted, Plain, Received, Responds, Secret, Sent, Still, StillAttached, TaskResult,
};
pub use crate::actor::each::{Runs, each};
pub use crate::actor::object::{exclusive, shared};
pub use crate::actor::statement::{Bind, Column, bound, chosen, part, record, statement};
pub use crate::actor::table::{auto_id, insert_id, no_id, own_sql, store_all};
pub use crate::actor::{Handlers, Incoming, MessageHandler, Part, Reached, used};
pub use crate::alarms::{Declared, Due, Plan, Retry};
#[cfg(target_arch = "wasm32")]
pub use crate::backend::worker::{
    Class, check_bindings, declare_class, fetch, front, queue, scheduled,
};
pub use crate::entry::check::{is_one_of, joined, joined_length};
pub use crate::entry::events::{Consumer, OnBatch, OnSchedule, Unread};
pub use crate::entry::front::Front;
pub use crate::entry::handlers::{Before, Fallback, OnFallback};
pub use crate::entry::route::{Name, Route};
pub use crate::from_binding::{ReadBindings, any_bindings, bindings};
pub use crate::instance::storage::Storage;
pub use crate::object::{AlarmHandler, Init, Method, Object, RunAlarm};
pub use crate::rpc::{Call, FakedBy, FarStub, Reply, Stub};
pub use crate::sockets::admission::Opening;
pub use crate::sockets::{Decision, SocketOptions};
pub use crate::sql::list::{Listed, listed};
pub use crate::sql::{no_variant, to_json};
pub use crate::stand_in::If;
pub use crate::tasks::{Start, TaskDef, Tasks};
pub use crate::turn::Turn;
pub use actors_macros::{migration_next, sql_next};
#[cfg(target_arch = "wasm32")]
pub use wasm_bindgen;
#[cfg(target_arch = "wasm32")]
pub use web_sys;
