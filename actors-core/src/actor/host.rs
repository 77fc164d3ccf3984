//! What the rest of the framework has to know of an actor's type, as data and functions.

use std::rc::Rc;

use super::Actor;
use super::ctx::Ctx;
use super::object::Loaded;
use super::sockets::receive;
use crate::alarms::ring::{ring, ring_in_vain};
use crate::env::Address;
use crate::instance::ActorDef;
use crate::instance::lost::check_alarm;
#[cfg(not(target_arch = "wasm32"))]
use crate::object::Object;
use crate::object::batch::run_together;
use crate::object::fields::Saved;
use crate::object::{ActorCode, AlarmHandler, SocketCode};
use crate::schema;

/// An actor, with the code that is compiled for its type.
trait Coded: Actor {
    // What it does not have is not included: persisted fields, alarms, web sockets.
    const CODE: &'static ActorCode = &ActorCode {
        fresh: |instance, memory| {
            Box::new(Loaded {
                actor: Self::fresh(),
                ctx: Ctx::new(instance, memory),
            })
        },
        saves: match Self::PERSISTS {
            true => || Box::new(Saved::default()),
            false => || Box::new(()),
        },
        on_init: Self::HANDLERS.on_init,
        methods: Self::HANDLERS.methods,
        on_request: Self::HANDLERS.on_request,
        alarms: Self::HANDLERS.alarms,
        ring: match Self::HANDLERS.alarms.is_empty() {
            true => |object, planned| ring_in_vain(Rc::new(object), planned),
            false => |object, planned| ring(Rc::new(object), planned),
        },
        run_together: match Self::HANDLERS.alarms.is_empty() {
            true => |_, _| Ok(()),
            false => run_together,
        },
        sockets: match Self::SOCKETS {
            None => None,
            Some(options) => Some(SocketCode {
                options,
                on_connect: Self::HANDLERS.on_connect,
                receive: receive::<Self>,
            }),
        },
    };
}

impl<A: Actor> Coded for A {}

/// What the code of the actor declares.
pub(crate) const fn def_of<A: Actor>() -> ActorDef {
    // So an actor that declares nothing in its database does not include the code for that.
    let is_bare = const { is_bare::<A>() };
    ActorDef {
        name: A::NAME,
        wait: A::WAIT,
        tables: A::TABLES,
        migrations: A::MIGRATIONS,
        bindings: A::BINDINGS,
        create: match is_bare {
            true => schema::bare::create,
            false => schema::tables::create,
        },
        follow: match is_bare {
            true => schema::bare::follow,
            false => schema::tables::follow,
        },
        check_alarm: match A::HANDLERS.alarms.is_empty() {
            true => |_, _| {},
            false => check_alarm,
        },
        alarm: |index| A::HANDLERS.alarms.get(index).map(AlarmHandler::def),
    }
}

/// Whether the actor declares neither tables nor migrations nor recurring alarms.
const fn is_bare<A: Actor>() -> bool {
    let alarms = A::HANDLERS.alarms;
    let mut index = 0;
    while index < alarms.len() {
        if alarms[index].declared.is_some() {
            return false;
        }
        index += 1;
    }
    A::TABLES.is_empty() && A::MIGRATIONS.is_empty()
}

/// The code that is compiled for the actor's type.
pub(crate) const fn code_of<A: Actor>() -> &'static ActorCode {
    A::CODE
}

/// How stubs of the actor find it.
pub(crate) fn address<A: Actor>() -> Address {
    Address {
        binding: A::BINDING,
        #[cfg(not(target_arch = "wasm32"))]
        actor: A::NAME,
        #[cfg(not(target_arch = "wasm32"))]
        make: |platform, env| Rc::new(Object::new(platform, env, def_of::<A>(), code_of::<A>())),
        #[cfg(not(target_arch = "wasm32"))]
        sockets: A::SOCKETS,
    }
}
