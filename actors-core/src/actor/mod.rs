//! What `#[actor]` makes of a struct and its methods: everything that names an actor's type.

pub(crate) mod alarms;
pub(crate) mod bindings;
mod container;
pub(crate) mod ctx;
pub(crate) mod each;
pub(crate) mod handle;
pub(crate) mod host;
pub(crate) mod incoming;
pub(crate) mod object;
mod reached;
pub(crate) mod sockets;
pub(crate) mod state;
pub(crate) mod statement;
mod streams;
pub(crate) mod table;
pub(crate) mod tasks;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use self::state::{Reached, State};
use crate::alarms::Plan;
use crate::error::Error;
use crate::json::OwnedFields;
use crate::object::{AlarmHandler, Init, Method, Object, OnConnect, OnRequest};
use crate::rpc::Stub;
use crate::sockets::{Close, Message, Socket};
use crate::stand_in::If;
use crate::tasks::Tasks;
use crate::turn::Turn;

/// An actor: a struct and an `impl` block, both marked `#[actor]`.
///
/// The struct is the Durable Object class. Others call its public methods through a stub,
/// and each call is one native Workers RPC:
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
///     /// Adds to the count and returns it.
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
    /// [`at`](crate::alarms::Alarms::at) return: it has one method for each `#[alarm]`
    /// handler.
    type Schedule<'a>: From<Plan<'a>>;
    /// What [`Ctx::tasks`](crate::Ctx::tasks) returns: it has one method for each `#[task]`, and
    /// those of [`Tasks`](crate::tasks::Tasks).
    type Tasks<'a>: From<Tasks<'a>>;
    /// What each of its web sockets carries: the `T` of its handlers'
    /// [`Socket<T>`](crate::Socket), `()` if they name none.
    type Attachment: Serialize + DeserializeOwned + 'static;
    /// The actor's handlers.
    #[doc(hidden)]
    const HANDLERS: Handlers<Self>;
}

/// The handlers of an actor, for everything that can happen to it.
#[doc(hidden)]
pub struct Handlers<A: Actor> {
    pub methods: &'static [Method],
    pub on_init: Option<Init>,
    pub on_request: Option<OnRequest>,
    /// Whether that takes the whole body of a request.
    pub reads_bodies: bool,
    pub alarms: &'static [AlarmHandler],
    pub messages: &'static [MessageHandler<A>],
    pub on_connect: Option<OnConnect>,
    pub on_unhandled: Option<OnUnhandled<A>>,
    pub on_close: Option<OnClose<A>>,
    pub on_error: Option<OnError<A>>,
}

/// An `#[on_message(unhandled)]` handler.
type OnUnhandled<A> = fn(&Object, SocketOf<A>, Message, Error) -> Turn<()>;

/// An `#[on_close]` handler.
type OnClose<A> = fn(&Object, SocketOf<A>, Close) -> Turn<()>;

/// An `#[on_error]` handler.
type OnError<A> = fn(&Object, SocketOf<A>, Error) -> Turn<()>;

/// An `#[on_message]` handler.
#[doc(hidden)]
pub struct MessageHandler<A: Actor> {
    pub part: Part<'static>,
    pub run: fn(Incoming<A>) -> Turn<()>,
}

/// Which messages a handler takes.
#[doc(hidden)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// Those of that `type`.
    Type(&'a str),
    /// All JSON, as one type of the user's.
    Json,
    /// All text.
    Text,
    /// All binary messages.
    Bytes,
}

/// A message on its way to a handler.
#[doc(hidden)]
pub struct Incoming<A: Actor> {
    pub object: Object,
    pub(crate) socket: SocketOf<A>,
    pub(crate) message: Message,
    pub(crate) fields: OwnedFields,
}

/// A socket of that actor.
pub(crate) type SocketOf<A> = Socket<<A as Actor>::Attachment>;

/// Forces the handlers to be type-checked, and not to be reported as dead.
#[doc(hidden)]
pub const fn used<A: Actor>() {
    let _ = A::HANDLERS;
}
