//! Calls to objects of the simulated world.

use std::rc::Rc;

use super::bindings::Binding;
use super::sim::{Sim, Slot};
use crate::bindings::fetch::Fetcher;
use crate::env::{Address, Bindings};
use crate::error::{Error, Result};
use crate::platform::Host;
use crate::request::{Request, Response};
use crate::rpc::remote::Remote;
use crate::turn::{BoxFuture, Turn};
use crate::wire::Packed;

impl Bindings for Sim {
    fn object(&self, address: &Address, name: &str) -> Result<Box<dyn Remote>> {
        Ok(Box::new(Target {
            sim: self
                .me
                .upgrade()
                .expect("the world exists while it is used"),
            slot: self.slot(address, name)?,
        }))
    }

    fn text(&self, name: &str) -> Option<String> {
        match self.bound.get(name)? {
            Binding::Text(text) => Some(text),
            Binding::Json(_) => None,
        }
    }

    fn json(&self, name: &str) -> Option<String> {
        match self.bound.get(name)? {
            Binding::Text(text) | Binding::Json(text) => Some(text),
        }
    }

    fn network(&self) -> Rc<dyn Fetcher> {
        self.far_side(None)
    }

    fn fetcher(&self, name: &str) -> Option<Rc<dyn Fetcher>> {
        let answer = self.network.of_service(name);
        answer.map(|_| self.far_side(Some(name)))
    }
}

/// Another object.
struct Target {
    sim: Rc<Sim>,
    slot: Rc<Slot>,
}

impl Remote for Target {
    fn id(&self) -> Option<String> {
        Some(self.slot.id())
    }

    fn call<'a>(&'a self, method: &'a str, arguments: Packed) -> BoxFuture<'a, Result<Packed>> {
        let name = method.to_owned();
        let event = move |object: &dyn Host| call(object, &name, arguments);
        Box::pin(self.sim.deliver(&self.slot, method.to_owned(), event))
    }

    fn fetch(&self, request: Request) -> BoxFuture<'_, Result<Response>> {
        Box::pin(self.sim.fetch(&self.slot, request))
    }
}

/// Calls a method by its name.
pub(crate) fn call(object: &dyn Host, method: &str, arguments: Packed) -> Turn<Packed> {
    let Some(number) = object.method(method) else {
        return Turn::Done(Err(Error::internal(format!(
            "The RPC receiver does not implement the method \"{method}\"."
        ))));
    };
    object.call(number, arguments)
}
