//! The Worker's bindings.

use crate::error::Result;
#[cfg(not(target_arch = "wasm32"))]
use crate::platform::{Host, Platform};
use crate::rpc::remote::Remote;
#[cfg(not(target_arch = "wasm32"))]
use crate::sockets::SocketOptions;

/// The Worker's bindings.
#[cfg(target_arch = "wasm32")]
pub use worker::Env;

/// The Worker's bindings. Outside a Worker: all actors.
#[cfg(not(target_arch = "wasm32"))]
#[derive(Clone)]
pub struct Env(pub(crate) std::rc::Rc<dyn Bindings>);

/// Whether checks run that cost too much in a Worker.
pub(crate) const IS_FOR_TESTS: bool = cfg!(not(target_arch = "wasm32"));

/// How an actor is addressed.
pub(crate) struct Address {
    /// The name of its binding.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        allow(dead_code, reason = "only a Worker has bindings")
    )]
    pub(crate) binding: &'static str,
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) actor: &'static str,
    /// Makes an object, where there is no runtime to do it.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) make: fn(Box<dyn Platform>, Env) -> std::rc::Rc<dyn Host>,
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) sockets: Option<&'static SocketOptions>,
}

/// The objects that can be called.
pub(crate) trait Bindings {
    /// The instance of an actor with that name.
    ///
    /// # Errors
    ///
    /// The Worker has no binding for the actor.
    fn object(&self, address: &Address, name: &str) -> Result<Box<dyn Remote>>;
}

#[cfg(not(target_arch = "wasm32"))]
impl Bindings for Env {
    fn object(&self, address: &Address, name: &str) -> Result<Box<dyn Remote>> {
        self.0.object(address, name)
    }
}
