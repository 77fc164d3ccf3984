//! What the platform and the alarms call on an actor, without knowing its type.

use std::rc::Rc;

use super::object::Object;
use super::sockets::receive;
use super::{Actor, AlarmHandler, RunAlarm, upgrade};
use crate::alarms::ring::{Alarmed, ring, ring_in_vain};
use crate::alarms::{AlarmDef, Due};
use crate::env::{Address, Env};
use crate::error::{Error, Result};
use crate::instance::{ActorDef, Instance};
use crate::platform::Platform;
use crate::platform::{Host, Upgrade};
use crate::request::{Request, Response, answered};
use crate::rpc::Call;
use crate::schema;
use crate::sockets::message::Event;
use crate::sockets::raw::RawSocket;
use crate::time::Timestamp;
use crate::turn::current::{self, Caller};
use crate::turn::gate::{Access, Permit};
use crate::turn::{BoxFuture, Turn};
use crate::wire::Packed;

impl<A: Actor> Host for Object<A> {
    fn method(&self, name: &str) -> Option<usize> {
        let mut methods = A::HANDLERS.methods.iter();
        methods.position(|method| method.name == name)
    }

    fn call(&self, method: usize, arguments: Packed) -> Turn<Packed> {
        let Some(method) = A::HANDLERS.methods.get(method) else {
            return Turn::Done(Err(Error::internal("no such method")));
        };
        let (call, chain) = Call::received(arguments);
        (method.call)(&self.awaited(method.name, chain), call).map(|reply| Ok(reply?.0))
    }

    fn is_upgrade(&self, path: &str, upgrade: Option<&str>) -> bool {
        upgrade::is_for::<A>(path, upgrade)
    }

    fn upgrade(&self, request: Request) -> Turn<Upgrade> {
        upgrade::upgrade(self, request)
    }

    fn fetch(&self, mut request: Request) -> Option<Turn<Response>> {
        let handler = A::HANDLERS.on_request?;
        let chain = current::take_header(request.headers_mut());
        Some(answered(handler(&self.awaited("fetch", chain), request)))
    }

    fn alarm(&self, planned: Option<Timestamp>) -> Turn<()> {
        let object = Rc::new(self.unawaited("alarm"));
        // So an actor without alarms does not include their code.
        match A::HANDLERS.alarms.is_empty() {
            true => ring_in_vain(object, planned),
            false => ring(object, planned),
        }
    }

    fn socket(&self, socket: RawSocket, event: Event) -> Turn<()> {
        receive(self, socket, event)
    }
}

impl<A: Actor> Alarmed for Object<A> {
    fn instance(&self) -> &Rc<Instance> {
        self.instance()
    }

    fn enter(&self, access: Access) -> BoxFuture<'_, Result<(Permit, Rc<Caller>)>> {
        self.enter(access)
    }

    fn finish_destroy(&self) -> BoxFuture<'_, Result<bool>> {
        Box::pin(self.finish_destroy())
    }

    fn begin(&self, due: &Due) -> Option<Turn<()>> {
        let handler = handler_of::<A>(due)?;
        match handler.run {
            RunAlarm::Async(run) => Some(run(&self.unawaited(handler.name), due.clone())),
            RunAlarm::Exclusive(_) | RunAlarm::Shared(_) => None,
        }
    }

    fn run_together(&self, due: &[Due]) -> Result<()> {
        // As above.
        match A::HANDLERS.alarms.is_empty() {
            true => Ok(()),
            false => self.run_together(due),
        }
    }
}

/// The handler of a due alarm.
pub(super) fn handler_of<A: Actor>(due: &Due) -> Option<&'static AlarmHandler<A>> {
    let mut alarms = A::HANDLERS.alarms.iter();
    alarms.find(|known| known.name == due.handler)
}

/// What the code of the actor declares.
pub(crate) fn def_of<A: Actor>() -> ActorDef {
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
        alarm: |index| {
            let handler = A::HANDLERS.alarms.get(index)?;
            Some(AlarmDef {
                name: handler.name,
                declared: handler.declared,
                retry: handler.retry,
                access: match handler.run {
                    RunAlarm::Exclusive(_) => Some(Access::Exclusive),
                    RunAlarm::Shared(_) => Some(Access::Shared),
                    RunAlarm::Async(_) => None,
                },
                takes_ctx: handler.takes_ctx,
            })
        },
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

/// A sleeping actor on that platform.
pub(crate) fn sleeping<A: Actor>(platform: Box<dyn Platform>, env: Env) -> Object<A> {
    Object::new(platform, env, def_of::<A>(), A::HANDLERS.on_init)
}

/// How stubs of the actor find it.
pub(crate) fn address<A: Actor>() -> Address {
    Address {
        binding: A::BINDING,
        #[cfg(not(target_arch = "wasm32"))]
        actor: A::NAME,
        #[cfg(not(target_arch = "wasm32"))]
        make: |platform, env| Rc::new(sleeping::<A>(platform, env)),
        #[cfg(not(target_arch = "wasm32"))]
        sockets: A::SOCKETS,
    }
}
