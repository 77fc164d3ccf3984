//! What the platform and the alarms call on an actor.

use std::rc::Rc;

use super::{AlarmHandler, Object, RunAlarm};
use crate::alarms::Due;
use crate::alarms::ring::{Alarmed, Rung};
use crate::error::{Error, Result};
use crate::instance::Instance;
use crate::platform::{Host, Upgrade};
use crate::request::{Request, Response, answered};
use crate::rpc::Call;
use crate::sockets::message::Event;
use crate::sockets::raw::RawSocket;
use crate::time::Timestamp;
use crate::turn::current::{self, Caller};
use crate::turn::gate::{Access, Permit};
use crate::turn::{BoxFuture, Turn};
use crate::wire::Packed;

impl Host for Object {
    fn method(&self, name: &str) -> Option<usize> {
        let mut methods = self.memory.code.methods.iter();
        methods.position(|method| method.name == name)
    }

    fn call(&self, method: usize, arguments: Packed) -> Turn<Packed> {
        let Some(method) = self.memory.code.methods.get(method) else {
            return Turn::Done(Err(Error::internal("no such method")));
        };
        let (call, chain) = Call::received(arguments);
        (method.call)(&self.awaited(method.name, chain), &call).map(|reply| Ok(reply?.0))
    }

    fn is_upgrade(&self, path: &str, upgrade: Option<&str>) -> bool {
        self.opens(path, upgrade)
    }

    fn upgrade(&self, request: Request) -> Turn<Upgrade> {
        match &self.memory.code.sockets {
            Some(sockets) => self.open(sockets, request),
            None => Turn::Done(Ok(Upgrade::Refused(Response::default()))),
        }
    }

    fn fetch(&self, mut request: Request) -> Option<Turn<Response>> {
        let handler = self.memory.code.on_request?;
        let chain = current::take_header(request.headers_mut());
        Some(answered(handler(&self.awaited("fetch", chain), request)))
    }

    fn alarm(&self, planned: Option<Timestamp>) -> Turn<()> {
        (self.memory.code.ring)(self.unawaited("alarm"), planned)
    }

    fn socket(&self, socket: RawSocket, event: Event) -> Turn<()> {
        match &self.memory.code.sockets {
            Some(sockets) => (sockets.receive)(self, socket, event),
            None => Turn::Done(Ok(())),
        }
    }
}

impl Rung for Object {
    fn instance(&self) -> &Rc<Instance> {
        self.instance()
    }

    fn enter(&self, access: Access) -> BoxFuture<'_, Result<(Permit, Rc<Caller>)>> {
        self.enter(access)
    }

    fn finish_destroy(&self) -> BoxFuture<'_, Result<bool>> {
        Box::pin(self.finish_destroy())
    }
}

impl Alarmed for Object {
    fn begin(&self, due: &Due) -> Option<Turn<()>> {
        let handler = self.handler_of(due)?;
        match handler.run {
            RunAlarm::Async(run) => Some(run(&self.unawaited(handler.name), due.clone())),
            RunAlarm::Exclusive(_) | RunAlarm::Shared(_) => None,
        }
    }

    fn run_together(&self, due: &[Due]) -> Result<()> {
        (self.memory.code.run_together)(self, due)
    }
}

impl Object {
    /// The handler of a due alarm.
    pub(super) fn handler_of(&self, due: &Due) -> Option<&'static AlarmHandler> {
        let mut alarms = self.memory.code.alarms.iter();
        alarms.find(|known| known.name == due.handler)
    }
}
