//! The Worker's bindings: its variables, and its clients of whatever is outside an actor.

use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::json;
#[cfg(not(target_arch = "wasm32"))]
use crate::platform::Host;
use crate::platform::Platform;
use crate::rpc::placement::{Placement, Which};
use crate::rpc::remote::Remote;
#[cfg(not(target_arch = "wasm32"))]
use crate::sockets::SocketOptions;
use crate::time::Timestamp;
use crate::turn::BoxFuture;

/// The bindings as the backend has them. In a Worker each method of theirs is called directly, so
/// that what no one calls is not linked.
#[cfg(target_arch = "wasm32")]
type Inner = worker::Env;
#[cfg(not(target_arch = "wasm32"))]
type Inner = std::rc::Rc<dyn Bindings>;

/// The Worker's bindings: its variables and secrets, and its clients of actors and of everything
/// else outside an actor. In an actor it is [`Ctx::env`](crate::Ctx::env).
///
/// Under `cargo test`, [`testing::World`](https://docs.rs/actors-core) sets them up.
///
/// ```
/// use actors_core::prelude::*;
///
/// fn greeting(env: &Env) -> Result<String> {
///     Ok(format!("{}, {}", env.var("GREETING")?, env.secret("NAME")?))
/// }
/// # let world = actors_core::testing::World::new().var("GREETING", "hello").secret("NAME", "Ann");
/// # assert_eq!(greeting(world.env()).unwrap(), "hello, Ann");
/// # let error = world.env().var("OTHER").unwrap_err();
/// # assert!(error.message().starts_with("the Worker has no variable `OTHER`"), "{error}");
/// ```
#[derive(Clone)]
pub struct Env(pub(crate) Inner);

impl Env {
    /// The text of a variable.
    ///
    /// # Errors
    ///
    /// The Worker has no variable of that name, or it is not a text.
    pub fn var(&self, name: &str) -> Result<String> {
        let text = self.0.text(name);
        text.ok_or_else(|| missing("variable", name, "add it to [vars] in wrangler.toml"))
    }

    /// The text of a secret. The runtime does not tell secrets from variables; what differs is the
    /// advice if it is missing.
    ///
    /// # Errors
    ///
    /// The Worker has no secret of that name.
    pub fn secret(&self, name: &str) -> Result<String> {
        let text = self.0.text(name);
        text.ok_or_else(|| {
            let advice = format!("set it with `wrangler secret put {name}`");
            missing("secret", name, &advice)
        })
    }

    /// A variable or a secret as a `T`: a JSON variable, or a text with JSON in it.
    ///
    /// # Errors
    ///
    /// The Worker has no variable of that name, or it is no `T`; the error says where.
    pub fn json<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        let text = self.0.json(name);
        let text =
            text.ok_or_else(|| missing("variable", name, "add it to [vars] in wrangler.toml"))?;
        json::from_text(&text)
            .map_err(|error| Error::internal(format!("the variable `{name}`: {error}")))
    }

    /// The instance of an actor with that name.
    pub(crate) fn object(&self, address: &Address, name: &str) -> Result<Box<dyn Remote>> {
        self.0.object(address, name)
    }

    /// The instance of an actor that is meant, at that place.
    pub(crate) fn placed(
        &self,
        address: &Address,
        which: Which<'_>,
        placement: Placement,
    ) -> Result<Box<dyn Remote>> {
        self.0.placed(address, which, placement)
    }

    /// The object of another Worker with that name.
    pub(crate) fn far_object(&self, binding: &str, name: &str) -> Result<Box<dyn Remote>> {
        let object = self.0.far_object(binding, name);
        object.ok_or_else(|| unbound(binding, ""))
    }

    /// The RPC entrypoint of another Worker.
    pub(crate) fn far_service(&self, binding: &str) -> Result<Box<dyn Remote>> {
        let service = self.0.far_service(binding);
        let advice = "add it to [[services]] in wrangler.toml";
        service.ok_or_else(|| missing("service binding", binding, advice))
    }

    /// The bookmark of the object's storage as it is now, or was then.
    pub(crate) fn bookmark<'a>(
        &'a self,
        object: &'a dyn Platform,
        at: Option<Timestamp>,
    ) -> BoxFuture<'a, Result<String>> {
        self.0.bookmark(object, at)
    }

    /// Restores the object's storage to a bookmark, and ends the object in memory.
    pub(crate) fn restore<'a>(
        &'a self,
        object: &'a dyn Platform,
        bookmark: &'a str,
    ) -> BoxFuture<'a, Result<()>> {
        self.0.restore(object, bookmark)
    }

    /// The bindings as the crate `worker` has them, for whatever has no method here. Only in a
    /// Worker: code that calls it needs `#[cfg(target_arch = "wasm32")]`.
    #[cfg(target_arch = "wasm32")]
    pub fn raw(&self) -> &worker::Env {
        &self.0
    }
}

/// For a fetch handler of the crate `worker`, which calls actors.
#[cfg(target_arch = "wasm32")]
impl From<worker::Env> for Env {
    fn from(raw: worker::Env) -> Self {
        Self(raw)
    }
}

/// The error for a binding that is not there.
fn missing(what: &str, name: &str, advice: &str) -> Error {
    Error::internal(format!("the Worker has no {what} `{name}`: {advice}"))
}

/// The error if the Worker has no such Durable Object, with more advice.
pub(crate) fn unbound(binding: &str, more: &str) -> Error {
    let advice = format!("add it to [[durable_objects.bindings]] in wrangler.toml{more}");
    missing("Durable Object binding", binding, &advice)
}

/// The error of a runtime that keeps no history, in workerd's words.
pub(crate) fn no_history() -> Error {
    Error::internal(
        "This Durable Object's storage back-end does not implement point-in-time recovery.",
    )
}

/// The error for an id that no instance of the actor can have.
pub(crate) fn not_its_id(binding: &str, why: &str) -> Error {
    Error::invalid(format!("not the id of an object of `{binding}`: {why}"))
}

/// Whether checks run that cost too much in a Worker.
pub(crate) const IS_FOR_TESTS: bool = cfg!(not(target_arch = "wasm32"));

/// How an actor is addressed.
pub(crate) struct Address {
    /// The name of its binding.
    pub(crate) binding: &'static str,
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) actor: &'static str,
    /// Makes an object, where there is no runtime to do it.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) make: fn(Box<dyn Platform>, Env) -> std::rc::Rc<dyn Host>,
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) sockets: Option<&'static SocketOptions>,
}

/// What a Worker is bound to.
pub(crate) trait Bindings {
    /// The instance of an actor with that name.
    ///
    /// # Errors
    ///
    /// The Worker has no binding for the actor.
    fn object(&self, address: &Address, name: &str) -> Result<Box<dyn Remote>>;

    /// The instance of an actor that is meant, at that place.
    ///
    /// # Errors
    ///
    /// The Worker has no binding for the actor, it is no id of one, or the runtime has no such
    /// place.
    fn placed(
        &self,
        address: &Address,
        which: Which<'_>,
        placement: Placement,
    ) -> Result<Box<dyn Remote>>;

    /// An object of another Worker, if there is such a binding.
    fn far_object(&self, binding: &str, name: &str) -> Option<Box<dyn Remote>>;

    /// The RPC entrypoint of another Worker, if there is such a binding.
    fn far_service(&self, binding: &str) -> Option<Box<dyn Remote>>;

    /// The bookmark of an object's storage as it is now, or was then. It is here, and not with the
    /// platform, since what is called through `dyn Platform` is always linked.
    fn bookmark<'a>(
        &'a self,
        object: &'a dyn Platform,
        at: Option<Timestamp>,
    ) -> BoxFuture<'a, Result<String>>;

    /// Restores an object's storage to a bookmark, and ends the object in memory.
    fn restore<'a>(
        &'a self,
        object: &'a dyn Platform,
        bookmark: &'a str,
    ) -> BoxFuture<'a, Result<()>>;

    /// A variable or a secret, if it is a text.
    fn text(&self, name: &str) -> Option<String>;

    /// A variable or a secret as JSON: itself if it is a text.
    fn json(&self, name: &str) -> Option<String>;
}
