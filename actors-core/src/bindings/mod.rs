//! What a Worker can be bound to besides actors: [`Env`](crate::Env) returns each by its name, a
//! struct marked [`macro@crate::bindings`] has all of them. And the container of an object, which
//! [`Ctx::container`](crate::Ctx::container) returns.

pub(crate) mod bucket;
pub(crate) mod container;
pub(crate) mod database;
pub(crate) mod fetch;
pub(crate) mod json;
pub(crate) mod kv;
pub(crate) mod queue;
pub(crate) mod service;

pub use self::bucket::{
    Bucket, Get, HttpMetadata, List, ListedObject, Listing, Object, ObjectBody, Put,
};
pub use self::container::{Container, ContainerPort, StartOptions};
pub use self::database::{Database, PreparedStatement, QueryMeta, QueryResult};
pub use self::kv::{Kv, KvKey, KvList, KvPage, KvPut};
pub use self::queue::{Queue, QueueSend};
