//! The client of an object, as the platform has it.

use crate::error::Result;
use crate::request::{Request, Response};
use crate::turn::BoxFuture;
use crate::wire::Wire;

/// Another object, wherever it is.
pub(crate) trait Remote {
    /// Its id, if it is known before it is called.
    fn id(&self) -> Option<String>;
    /// Calls a method over native Workers RPC.
    fn call<'a>(&'a self, method: &'a str, arguments: Vec<Wire>) -> BoxFuture<'a, Result<Wire>>;
    /// Sends it a request.
    fn fetch(&self, request: Request) -> BoxFuture<'_, Result<Response>>;
}
