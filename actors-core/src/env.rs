//! The Worker's bindings: its variables, and its clients of whatever is outside an actor.

use std::rc::Rc;

use serde::de::DeserializeOwned;

use crate::bindings::fetch::{Fetch, Fetcher};
use crate::bindings::service::Service;
use crate::error::{Error, Result};
use crate::json;
#[cfg(not(target_arch = "wasm32"))]
use crate::platform::{Host, Platform};
use crate::request::{Body, Request};
use crate::rpc::remote::Remote;
#[cfg(not(target_arch = "wasm32"))]
use crate::sockets::SocketOptions;

/// The bindings as the backend has them. In a Worker each method of theirs is called directly, so
/// that what no one calls is not linked. axum requires `Send`; there is one thread.
#[cfg(target_arch = "wasm32")]
type Inner = worker::Env;
#[cfg(not(target_arch = "wasm32"))]
type Inner = send_wrapper::SendWrapper<Rc<dyn Bindings>>;

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

    /// Sends a request over the network. The response is there when its head is; its body arrives
    /// while it is read, and the body of the request is sent as it comes: neither has to be in
    /// memory as a whole. Redirects are followed, up to 20.
    ///
    /// In an actor it is [`Ctx::fetch`](crate::Ctx::fetch), too. Under `cargo test`,
    /// [`World::on_fetch`](https://docs.rs/actors-core) answers it.
    ///
    /// ```
    /// use actors_core::prelude::*;
    ///
    /// async fn weather(env: &Env, city: String) -> Result<Bytes> {
    ///     let request = http::Request::post("https://weather.example/now")
    ///         .header("content-type", "text/plain")
    ///         .body(city)?;
    ///     let response = env.fetch(request).within(seconds(5)).await?;
    ///     if !response.status().is_success() {
    ///         return Err(Error::internal(format!("the weather is {}", response.status())));
    ///     }
    ///     response.into_body().bytes().await
    /// }
    /// # let world = actors_core::testing::World::new().on_fetch("weather.example", async |request| {
    /// #     Ok(http::Response::new(request.into_body().bytes().await?))
    /// # });
    /// # assert_eq!(world.run(weather(world.env(), "Oslo".into())).unwrap(), "Oslo");
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a request that can't be sent: its
    /// URL is not absolute, or a `GET` has a body. [`Unavailable`](crate::ErrorKind::Unavailable),
    /// which [is retryable](Error::is_retryable), if there is no connection, if it ends, or if the
    /// time is over: whether the request had an effect is unknown. A response is no error, whatever
    /// its status. An error names the method and the URL without its query, which may hold a key.
    ///
    /// # Costs
    ///
    /// A request counts against the platform's limit of subrequests. Where the handler is
    /// `&mut self`, no other turn begins while it waits: set a time-out, or take `&self`.
    pub fn fetch<B: Into<Body>>(&self, request: Request<B>) -> Fetch {
        Fetch::new(self.0.network(), request.map(Into::into))
    }

    /// Another Worker, by the name of its binding.
    ///
    /// # Errors
    ///
    /// The Worker has no service binding of that name.
    pub fn service(&self, name: &str) -> Result<Service> {
        let service = self.0.fetcher(name).map(Service);
        service.ok_or_else(|| missing("service", name, "add it to [[services]] in wrangler.toml"))
    }

    /// The instance of an actor with that name.
    pub(crate) fn object(&self, address: &Address, name: &str) -> Result<Box<dyn Remote>> {
        self.0.object(address, name)
    }

    /// The bindings of a simulated Worker.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn new(bindings: std::rc::Rc<dyn Bindings>) -> Self {
        Self(Inner::new(bindings))
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
pub(crate) fn missing(what: &str, name: &str, advice: &str) -> Error {
    Error::internal(format!("the Worker has no {what} `{name}`: {advice}"))
}

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
    pub(crate) make: fn(Box<dyn Platform>, Env) -> Rc<dyn Host>,
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

    /// A variable or a secret, if it is a text.
    fn text(&self, name: &str) -> Option<String>;

    /// A variable or a secret as JSON: itself if it is a text.
    fn json(&self, name: &str) -> Option<String>;

    /// The network.
    fn network(&self) -> Rc<dyn Fetcher>;

    /// Another Worker, if the binding is one.
    fn fetcher(&self, name: &str) -> Option<Rc<dyn Fetcher>>;
}
