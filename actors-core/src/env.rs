//! The Worker's bindings: its variables, and its clients of whatever is outside an actor.

use std::any::{Any, TypeId};
use std::rc::Rc;

use serde::de::DeserializeOwned;

use crate::bindings::bucket::{Bucket, R2};
use crate::bindings::container::Engine;
use crate::bindings::database::{D1, Database};
use crate::bindings::fetch::{Fetch, Fetcher};
use crate::bindings::kv::{Kv, KvStore};
use crate::bindings::queue::{Queue, QueueSender};
use crate::bindings::service::Service;
use crate::error::{Error, Result};
use crate::json;
#[cfg(not(target_arch = "wasm32"))]
use crate::platform::Host;
use crate::platform::Platform;
use crate::request::{Body, Request};
use crate::rpc::placement::{Placement, Which};
use crate::rpc::remote::Remote;
#[cfg(not(target_arch = "wasm32"))]
use crate::sockets::SocketOptions;
use crate::time::Timestamp;
use crate::turn::BoxFuture;

/// The bindings as the backend has them. In a Worker each method of theirs is called directly, so
/// that what no one calls is not linked. axum requires `Send`; there is one thread.
#[cfg(target_arch = "wasm32")]
type Inner = wasm_bindgen::JsValue;
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
            let advice = format!(
                "set it with `wrangler secret put {name}`, or in .dev.vars for `wrangler dev`"
            );
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

    /// The R2 bucket of that binding.
    ///
    /// # Errors
    ///
    /// The Worker has no bucket of that name.
    pub fn bucket(&self, name: &str) -> Result<Bucket> {
        let bucket = self.0.r2_bucket(name).map(Bucket::new);
        bucket.ok_or_else(|| missing("bucket", name, "add it to [[r2_buckets]] in wrangler.toml"))
    }

    /// The D1 database of that binding.
    ///
    /// # Errors
    ///
    /// The Worker has no database of that name.
    pub fn database(&self, name: &str) -> Result<Database> {
        let database = self.0.d1_database(name).map(Database::new);
        database.ok_or_else(|| {
            missing(
                "database",
                name,
                "add it to [[d1_databases]] in wrangler.toml",
            )
        })
    }

    /// A KV namespace.
    ///
    /// # Errors
    ///
    /// The Worker has no namespace of that name.
    pub fn kv(&self, name: &str) -> Result<Kv> {
        let advice = "add it to [[kv_namespaces]] in wrangler.toml";
        let store = self.0.kv_store(name);
        store
            .map(Kv::new)
            .ok_or_else(|| missing("KV namespace", name, advice))
    }

    /// The sending end of a queue, whose messages are `T`.
    ///
    /// # Errors
    ///
    /// The Worker has no queue of that name.
    pub fn queue<T>(&self, name: &str) -> Result<Queue<T>> {
        let advice = "add it to [[queues.producers]] in wrangler.toml";
        let sender = self.0.queue_sender(name);
        sender
            .map(Queue::new)
            .ok_or_else(|| missing("queue", name, advice))
    }

    /// Whether there is a binding of that name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.has(name)
    }

    /// What was kept of that type.
    pub(crate) fn known(&self, ty: TypeId) -> Option<Rc<dyn Any>> {
        self.0.known(ty)
    }

    /// Keeps something that was read, for as long as the Worker runs.
    pub(crate) fn keep(&self, read: Rc<dyn Any>) {
        self.0.keep(read);
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

    /// The container of the object, if it has one.
    pub(crate) fn engine(&self, object: &dyn Platform) -> Option<Rc<dyn Engine>> {
        self.0.engine(object)
    }

    /// The bindings of a simulated Worker.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn new(bindings: std::rc::Rc<dyn Bindings>) -> Self {
        Self(Inner::new(bindings))
    }

    /// The bindings as the crate `worker` has them, for whatever has no method here; with the
    /// feature `worker`. Only in a Worker: code that calls it needs
    /// `#[cfg(target_arch = "wasm32")]`.
    #[cfg(all(target_arch = "wasm32", feature = "worker"))]
    pub fn raw(&self) -> &worker::Env {
        wasm_bindgen::JsCast::unchecked_ref(&self.0)
    }
}

/// For a fetch handler of the crate `worker`, which calls actors; with the feature `worker`.
#[cfg(all(target_arch = "wasm32", feature = "worker"))]
impl From<worker::Env> for Env {
    fn from(raw: worker::Env) -> Self {
        Self(raw.into())
    }
}

/// The error for a binding that is not there.
pub(crate) fn missing(what: &str, name: &str, advice: &str) -> Error {
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
#[allow(unreachable_pub, reason = "it is in the signature of a public trait")]
pub struct Address {
    /// The name of its binding.
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

    /// The container of an object, if it has one. It is here for the same reason.
    fn engine(&self, object: &dyn Platform) -> Option<Rc<dyn Engine>>;

    /// A variable or a secret, if it is a text.
    fn text(&self, name: &str) -> Option<String>;

    /// A variable or a secret as JSON: itself if it is a text.
    fn json(&self, name: &str) -> Option<String>;

    /// An R2 bucket.
    fn r2_bucket(&self, name: &str) -> Option<Rc<dyn R2>>;

    /// A D1 database.
    fn d1_database(&self, name: &str) -> Option<Rc<dyn D1>>;

    /// A KV namespace.
    fn kv_store(&self, name: &str) -> Option<Rc<dyn KvStore>>;

    /// The sending end of a queue.
    fn queue_sender(&self, name: &str) -> Option<Rc<dyn QueueSender>>;

    /// Whether there is a binding of that name.
    fn has(&self, name: &str) -> bool;

    /// What was kept of that type.
    fn known(&self, ty: TypeId) -> Option<Rc<dyn Any>>;

    /// Keeps something that was read.
    fn keep(&self, read: Rc<dyn Any>);

    /// The network.
    fn network(&self) -> Rc<dyn Fetcher>;

    /// Another Worker, if the binding is one.
    fn fetcher(&self, name: &str) -> Option<Rc<dyn Fetcher>>;
}
