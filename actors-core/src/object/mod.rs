//! One actor in memory, without its type: its code is data and trait objects here, so its turns
//! are compiled once for all actors.

pub(crate) mod batch;
pub(crate) mod fields;
mod host;
pub(crate) mod turns;
pub(crate) mod upgrade;
mod wake;

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::{Rc, Weak};

use self::fields::{AnyActor, Saves};
use crate::alarms::{AlarmDef, Declared, Due, Retry};
use crate::env::Env;
use crate::error::{Error, Result};
use crate::instance::door::Origin;
use crate::instance::{ActorDef, Instance};
use crate::platform::Platform;
use crate::request::{Request, Response};
use crate::rpc::{Call, Reply};
use crate::sockets::admission::Opening;
use crate::sockets::message::Event;
use crate::sockets::raw::RawSocket;
use crate::sockets::{Decision, SocketOptions};
use crate::time::Timestamp;
use crate::turn::Turn;
use crate::turn::current::Chain;
use crate::turn::gate::Access;

/// An actor in memory on its platform object, together with the origin of the event at hand.
#[derive(Clone)]
pub struct Object {
    pub(crate) memory: Rc<Memory>,
    origin: Origin,
}

/// An actor in memory.
pub(crate) struct Memory {
    pub(crate) instance: Rc<Instance>,
    code: &'static ActorCode,
    /// The user's struct, while the actor is awake.
    pub(crate) actor: RefCell<Option<Box<dyn AnyActor>>>,
    saved: Box<dyn Saves>,
}

/// The code of an actor, as functions that do not show its type.
pub(crate) struct ActorCode {
    /// Makes the struct as it is before anything is loaded.
    pub(crate) fresh: fn(Rc<Instance>, Weak<Memory>) -> Box<dyn AnyActor>,
    /// Makes what keeps the persisted fields, if it has any.
    pub(crate) saves: fn() -> Box<dyn Saves>,
    pub(crate) on_init: Option<Init>,
    pub(crate) methods: &'static [Method],
    pub(crate) on_request: Option<OnRequest>,
    pub(crate) alarms: &'static [AlarmHandler],
    /// What happens when the object's own alarm rings.
    pub(crate) ring: fn(Object, Option<Timestamp>) -> Turn<()>,
    /// Runs due alarms of synchronous handlers.
    pub(crate) run_together: fn(&Object, &[Due]) -> Result<()>,
    pub(crate) sockets: Option<SocketCode>,
}

/// What an actor does with web sockets.
pub(crate) struct SocketCode {
    pub(crate) options: &'static SocketOptions,
    pub(crate) on_connect: Option<OnConnect>,
    /// Passes an event to its handler.
    pub(crate) receive: fn(&Object, RawSocket, Event) -> Turn<()>,
}

/// A running asynchronous `#[on_init]` handler.
type InitFuture<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

/// An `#[on_init]` handler.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub enum Init {
    Sync(fn(&mut dyn AnyActor) -> Result<()>),
    Async(for<'a> fn(&'a mut dyn AnyActor) -> InitFuture<'a>),
}

/// A public method of an actor.
#[doc(hidden)]
pub struct Method {
    pub name: &'static str,
    pub call: fn(&Object, &Call) -> Turn<Reply>,
}

/// An `#[on_request]` handler.
pub(crate) type OnRequest = fn(&Object, Request) -> Turn<Response>;

/// An `#[on_connect]` handler.
pub(crate) type OnConnect = fn(&Object, Opening) -> Turn<Decision>;

/// An `#[alarm]` handler.
#[doc(hidden)]
pub struct AlarmHandler {
    pub name: &'static str,
    pub declared: Option<Declared>,
    pub retry: Retry,
    pub takes_ctx: bool,
    /// How many of them run at once, if that is limited.
    pub at_most: Option<u32>,
    pub run: RunAlarm,
}

/// How the handler of an alarm runs, with its stored arguments.
#[doc(hidden)]
pub enum RunAlarm {
    /// As part of a turn of its own, or of one with other alarms.
    Exclusive(fn(&mut dyn AnyActor, &Due, &str) -> Result<()>),
    Shared(fn(&dyn AnyActor, &Due, &str) -> Result<()>),
    Async(fn(&Object, Due) -> Turn<()>),
}

impl AlarmHandler {
    pub(crate) fn def(&self) -> AlarmDef {
        AlarmDef {
            name: self.name,
            declared: self.declared,
            retry: self.retry,
            access: match self.run {
                RunAlarm::Exclusive(_) => Some(Access::Exclusive),
                RunAlarm::Shared(_) => Some(Access::Shared),
                RunAlarm::Async(_) => None,
            },
            takes_ctx: self.takes_ctx,
            at_most: self.at_most,
        }
    }
}

impl Object {
    /// A sleeping actor: its first turn wakes it.
    pub(crate) fn new(
        platform: Box<dyn Platform>,
        env: Env,
        def: ActorDef,
        code: &'static ActorCode,
    ) -> Self {
        let memory = Rc::new(Memory {
            instance: Rc::new(Instance::new(platform, env, def)),
            code,
            actor: RefCell::new(None),
            saved: (code.saves)(),
        });
        let origin = Origin::default();
        Self { memory, origin }
    }

    /// The actor, if it is still in memory.
    pub(crate) fn upgrade(memory: &Weak<Memory>) -> Option<Self> {
        let memory = memory.upgrade()?;
        let origin = Origin::default();
        Some(Self { memory, origin })
    }

    /// The same, for an event whose outcome is awaited: by its sender and by the turns in the
    /// chain.
    pub(crate) fn awaited(&self, what: &'static str, chain: Option<Rc<Chain>>) -> Self {
        let is_awaited = true;
        let origin = Origin {
            what,
            chain,
            is_awaited,
        };
        self.of(origin)
    }

    /// The same, for an event that must get its turn, however long that takes.
    pub(crate) fn unawaited(&self, what: &'static str) -> Self {
        self.of(Origin {
            what,
            ..Origin::default()
        })
    }

    fn of(&self, origin: Origin) -> Self {
        let memory = self.memory.clone();
        Self { memory, origin }
    }

    /// The struct as it is before anything is loaded.
    fn fresh(&self) -> Box<dyn AnyActor> {
        (self.memory.code.fresh)(self.instance().clone(), Rc::downgrade(&self.memory))
    }

    pub(crate) fn instance(&self) -> &Rc<Instance> {
        &self.memory.instance
    }
}

/// The struct of an actor that is awake.
pub(crate) fn awake<T>(actor: Option<T>) -> Result<T> {
    actor.ok_or_else(|| Error::internal("the actor is not awake"))
}
