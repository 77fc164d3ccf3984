//! The containers of the simulated world.

use std::future::ready;
use std::rc::Rc;

use super::machine::{Image, Machine, unavailable};
use super::outside::outside;
use super::sim::{Sim, Slot, alive};
use crate::bindings::container::{Engine, Port, StartOptions};
use crate::bindings::fetch::Fetcher;
use crate::error::{Error, Result};
use crate::request::{Body, Request, Response};
use crate::time::Duration;
use crate::turn::BoxFuture;

impl Slot {
    fn sim(&self) -> Rc<Sim> {
        alive(&self.world)
    }

    /// The container that runs, if one does.
    pub(crate) fn machine(&self) -> Option<Machine> {
        let machine = self.machine.borrow();
        machine.clone().filter(Machine::is_running)
    }
}

impl Sim {
    /// The container of an object, if its class has one.
    pub(super) fn engine_of(&self, slot: &Rc<Slot>) -> Option<Rc<dyn Engine>> {
        let image = self.images.borrow().get(&slot.class)?.clone();
        Some(Rc::new(Local {
            slot: slot.clone(),
            image,
        }))
    }

    /// Ends the container of an object that is evicted, once it has been kept for long enough.
    pub(super) fn leave(&self, slot: &Rc<Slot>) {
        let Some(machine) = slot.machine() else {
            return;
        };
        let kept = slot.container_kept.get().unwrap_or(self.now());
        if kept <= self.now() {
            return machine.kill();
        }
        let (slot, over) = (slot.clone(), self.sleep(kept.since(self.now())));
        drop(self.outside("a container is kept".to_owned(), async move {
            over.await;
            if !slot.is_in_memory() && slot.container_kept.get() == Some(kept) {
                machine.kill();
            }
            Ok(())
        }));
    }
}

/// The container of one object.
struct Local {
    slot: Rc<Slot>,
    image: Rc<Image>,
}

impl Local {
    fn start_failure(&self, options: &StartOptions) -> Option<Error> {
        let name = options.image.as_ref()?;
        let is_known = self.image.is_named(name);
        (!is_known).then(|| Error::internal("Container failed to start"))
    }
}

impl Engine for Local {
    fn is_running(&self) -> bool {
        self.slot.machine().is_some()
    }

    fn start(&self, options: &StartOptions) -> Result<()> {
        if self.is_running() {
            return Err(Error::internal(
                "start() cannot be called on a container that is already running.",
            ));
        }
        let sim = self.slot.sim();
        let machine = Machine::start(self.image.clone(), options.clone(), sim.now());
        sim.note(Some(&self.slot), || {
            format!("starts its container: {options:?}")
        });
        if let Some(failure) = self.start_failure(options) {
            let failed = machine.clone();
            sim.outbox.send(Box::new(move || failed.end(Err(failure))));
        }
        self.slot.machine.replace(Some(machine));
        Ok(())
    }

    fn monitor(&self) -> BoxFuture<'static, Result<i32>> {
        match &*self.slot.machine.borrow() {
            Some(machine) => Box::pin(machine.ended()),
            None => Box::pin(ready(Err(Error::internal(
                "monitor() cannot be called on a container that is not running.",
            )))),
        }
    }

    fn signal(&self, number: u8) -> Result<()> {
        let machine = self.slot.machine().ok_or_else(|| {
            Error::internal("signal() cannot be called on a container that is not running.")
        })?;
        let arrives = Box::new(move || machine.receive(number));
        self.slot.sim().outbox.send(arrives);
        Ok(())
    }

    fn destroy(&self) -> BoxFuture<'static, Result<()>> {
        let Some(machine) = self.slot.machine() else {
            return Box::pin(ready(Ok(())));
        };
        outside(&self.slot.world, move || {
            machine.kill();
            Ok(())
        })
    }

    fn set_inactivity_timeout(&self, span: Duration) -> BoxFuture<'static, Result<()>> {
        let until = self.slot.sim().now() + span;
        let kept = &self.slot.container_kept;
        kept.set(kept.get().max(Some(until)));
        Box::pin(ready(Ok(())))
    }

    fn port(&self, number: u16) -> Result<Rc<dyn Port>> {
        if number == 0 {
            return Err(Error::internal("Invalid port number: 0"));
        }
        Ok(Rc::new(At {
            slot: self.slot.clone(),
            number,
        }))
    }
}

/// A port of a container.
#[derive(Clone)]
struct At {
    slot: Rc<Slot>,
    number: u16,
}

impl At {
    /// The container that listens at the port, and what of it does.
    fn listening<T>(&self, of: impl Fn(&Image) -> Option<T>) -> Result<(Machine, T)> {
        let now = self.slot.sim().now();
        let found = self.slot.machine().and_then(|machine| {
            let of = of(machine.listening(now)?)?;
            Some((machine, of))
        });
        found.ok_or_else(|| {
            unavailable(&format!(
                "Container is not listening to port {}",
                self.number
            ))
        })
    }
}

impl Port for At {
    fn http(&self) -> Rc<dyn Fetcher> {
        Rc::new(self.clone())
    }

    fn connect(&self, outgoing: Body) -> BoxFuture<'static, Result<Body>> {
        let listening = self.listening(|image| image.at_tcp(self.number));
        let Ok((machine, answer)) = listening else {
            // As in workerd, where the connection is one to a proxy.
            return Box::pin(ready(Ok(Body::empty())));
        };
        let (sender, arriving) = Body::channel();
        let what = format!("TCP to port {}", self.number);
        drop(self.slot.sim().outside(what, async move {
            let answered = answer(machine.clone(), outgoing);
            let mut body = machine.alive(answered).await?;
            while let Some(part) = machine.alive(body.chunk()).await? {
                sender.send(part)?;
            }
            Ok(())
        }));
        Box::pin(ready(Ok(arriving)))
    }
}

impl Fetcher for At {
    fn fetch(&self, request: Request) -> BoxFuture<'static, Result<Response>> {
        let port = self.clone();
        Box::pin(async move {
            let (machine, answer) = port.listening(|image| image.at_http(port.number))?;
            let what = format!("{} {}", request.method(), request.uri());
            let work = async move { machine.alive(answer(machine.clone(), request)).await };
            port.slot.sim().outside(what, work).await
        })
    }

    fn sleep(&self, span: Duration) -> BoxFuture<'static, ()> {
        Box::pin(self.slot.sim().sleep(span))
    }
}
