//! What `#[actor]` makes of a struct and of its methods.

use std::future::Future;
use std::pin::Pin;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::alarms::{AlarmHandler, Plan};
use crate::backend::Env;
use crate::checks::{If, StandIn};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::object::{Object, Turn};
use crate::persist::{Loader, Saver};
use crate::request::{Request, Response};
use crate::rpc::{Method, Stub};
use crate::schema::Migration;
use crate::sockets::{Admitted, Close, Message, MessageHandler, Opening, SocketOf, SocketOptions};
use crate::sql::TableDef;
use crate::time::Duration;

/// What `#[actor]` on a struct says of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an actor",
    label = "not an actor",
    note = "put `#[actor]` on the struct as well as on its `impl` block"
)]
pub trait State: Sized + 'static {
    /// The name of the Durable Object class, which is the struct's.
    const NAME: &'static str;
    /// The name of the binding in `wrangler.toml`.
    const BINDING: &'static str;
    /// What `#[actor(sockets(..))]` says.
    #[doc(hidden)]
    const SOCKETS: Option<&'static SocketOptions>;
    /// The tables of `#[actor(tables(..))]`.
    const TABLES: &'static [TableDef];
    /// The migrations of `#[actor(migrations(..))]`.
    const MIGRATIONS: &'static [Migration];
    /// How long a call, a request or a message waits for its turn: 30 seconds, or what
    /// `#[actor(wait = "..")]` says. Then it fails with [`ErrorKind::Busy`](crate::ErrorKind).
    const WAIT: Duration = Duration::from_secs(30);

    /// How instances are reached: [`If<true>`](If), since an actor without an
    /// `#[actor] impl` does not compile.
    #[doc(hidden)]
    type Is: Reached<Self>;

    /// A stub of the instance with that name, which is made when it is first
    /// called. Asking for a stub costs nothing and calls nobody.
    ///
    /// Inside an actor, `env` is [`Ctx::env`].
    ///
    /// # Errors
    ///
    /// The Worker has no binding for the actor, or the name has more than 1,024 bytes.
    fn get(env: &Env, name: &str) -> Result<<Self::Is as Reached<Self>>::Stub> {
        Self::Is::named(env, name)
    }

    /// The struct as it is before anything is loaded: each field's default.
    fn fresh() -> Self;
    /// Takes the `#[persist]` fields out.
    ///
    /// # Errors
    ///
    /// Those of [`Saver::field`].
    fn save(&self, saver: &mut Saver) -> Result<()>;
    /// Puts the `#[persist]` fields back.
    ///
    /// # Errors
    ///
    /// Those of [`Loader::field`].
    fn load(&mut self, loader: &mut Loader<'_>) -> Result<()>;
}

/// An actor: a struct and an `impl` block, both marked `#[actor]`.
///
/// The struct is the Durable Object class; its public methods are what others
/// call, each call one native Workers RPC, through a stub:
///
/// ```
/// use actors_core::prelude::*;
///
/// #[actor]
/// pub struct Counter {
///     #[persist]
///     count: u64,
/// }
///
/// #[actor]
/// impl Counter {
///     /// Adds to the count and answers it.
///     pub fn add(&mut self, by: u64) -> u64 {
///         self.count += by;
///         self.count
///     }
/// }
///
/// async fn visit(env: &Env) -> Result<u64> {
///     Counter::get(env, "visits")?.add(1).await
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an actor",
    label = "not an actor",
    note = "put `#[actor]` on the struct and on its `impl` block"
)]
pub trait Actor: State<Is = If<true>> {
    /// The typed client: one async method for each public method of the actor.
    type Stub: From<Stub>;
    /// What [`Alarms::after`](crate::alarms::Alarms::after) and
    /// [`at`](crate::alarms::Alarms::at) answer: one method for each `#[alarm]` handler.
    type Schedule<'a>: From<Plan<'a>>;
    /// What each of its web sockets carries: the `T` of its handlers'
    /// [`Socket<T>`](crate::Socket), `()` if they say none.
    type Attachment: Serialize + DeserializeOwned + 'static;
    /// The actor's handlers.
    #[doc(hidden)]
    const HANDLERS: Handlers<Self>;
}

/// How the instances of a struct are reached. It is asked of the struct, so that one
/// without an `#[actor] impl` is one error, there, however often it is used.
#[doc(hidden)]
pub trait Reached<A> {
    type Stub;
    fn named(env: &Env, name: &str) -> Result<Self::Stub>;
}

impl<A: Actor> Reached<A> for If<true> {
    type Stub = A::Stub;

    fn named(env: &Env, name: &str) -> Result<A::Stub> {
        Stub::named::<A>(env, name).map(Into::into)
    }
}

impl<A> Reached<A> for If<false> {
    type Stub = StandIn;

    fn named(_: &Env, _: &str) -> Result<StandIn> {
        unreachable!()
    }
}

/// All that can happen to an actor, and the handlers for it.
#[doc(hidden)]
pub struct Handlers<A: Actor> {
    pub methods: &'static [Method<A>],
    pub on_init: Option<Init<A>>,
    pub on_request: Option<OnRequest<A>>,
    pub alarms: &'static [AlarmHandler<A>],
    pub messages: &'static [MessageHandler<A>],
    pub on_connect: Option<OnConnect<A>>,
    pub on_unhandled: Option<OnUnhandled<A>>,
    pub on_close: Option<OnClose<A>>,
    pub on_error: Option<OnError<A>>,
}

/// An `#[on_request]` handler.
type OnRequest<A> = fn(&Object<A>, Request) -> Turn<Response>;

/// An `#[on_connect]` handler.
type OnConnect<A> = fn(&Object<A>, Opening) -> Turn<Admitted>;

/// An `#[on_message(unhandled)]` handler.
type OnUnhandled<A> = fn(&Object<A>, SocketOf<A>, Message, Error) -> Turn<()>;

/// An `#[on_close]` handler.
type OnClose<A> = fn(&Object<A>, SocketOf<A>, Close) -> Turn<()>;

/// An `#[on_error]` handler.
type OnError<A> = fn(&Object<A>, SocketOf<A>, Error) -> Turn<()>;

/// An asynchronous `#[on_init]` handler at work.
type InitFuture<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

/// An `#[on_init]` handler.
#[doc(hidden)]
pub enum Init<A: 'static> {
    Sync(fn(&mut A, &Ctx<A>) -> Result<()>),
    Async(for<'a> fn(&'a mut A, &'a Ctx<A>) -> InitFuture<'a>),
}

/// Sees to it that the actor's handlers are compiled: the runtime uses them,
/// whoever else does.
#[doc(hidden)]
pub const fn used<A: Actor>() {
    let _ = A::HANDLERS;
}
