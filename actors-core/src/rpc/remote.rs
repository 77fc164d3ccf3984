//! The platform's client of an object.

use crate::error::Result;
use crate::request::{Request, Response};
use crate::turn::BoxFuture;
use crate::wire::Packed;

/// Another object, wherever it runs.
pub(crate) trait Remote {
    /// Its id, if it is an object.
    fn id(&self) -> Option<String>;
    /// The name that it is addressed by, if any.
    fn name(&self) -> Option<String>;
    /// Calls a method over native Workers RPC.
    fn call<'a>(&'a self, method: &'a str, arguments: Packed) -> BoxFuture<'a, Result<Packed>>;
    /// Sends it a request.
    fn fetch(&self, request: Request) -> BoxFuture<'_, Result<Response>>;
}
