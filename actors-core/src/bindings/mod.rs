//! What a Worker is bound to besides its actors and variables, from [`Env`](crate::Env).

pub(crate) mod bucket;
pub(crate) mod database;

pub use self::bucket::{
    Bucket, Get, HttpMetadata, List, ListedObject, Listing, Object, ObjectBody, Put,
};
pub use self::database::{Database, PreparedStatement, QueryMeta, QueryResult};
