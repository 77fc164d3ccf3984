//! What a Worker can be bound to besides actors: [`Env`](crate::Env) returns each by its name, a
//! struct marked [`macro@crate::bindings`] has all of them.

pub(crate) mod json;
pub(crate) mod kv;
pub(crate) mod queue;

pub use self::kv::{Kv, KvKey, KvList, KvPage, KvPut};
pub use self::queue::{Queue, QueueSend};
