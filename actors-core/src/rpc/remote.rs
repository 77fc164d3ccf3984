//! The platform's client of an object.

use crate::error::Result;
use crate::request::{Request, Response};
use crate::time::Duration;
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
    /// Another client of the same object, for after an error.
    fn renewed(&self) -> Box<dyn Remote>;
    /// Waits for that long.
    fn sleep(&self, span: Duration) -> BoxFuture<'_, ()>;
    /// A random number from 0 up to but not including 1.
    fn chance(&self) -> f64;
}
