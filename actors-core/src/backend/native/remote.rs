//! Calls to objects of the simulated world.

use std::any::{Any, TypeId};
use std::future::ready;
use std::rc::Rc;

use super::bindings::Binding;
use super::d1::Database;
use super::ids::Key;
use super::kv::Namespace;
use super::platform::Object;
use super::queue::Producer;
use super::r2::Bucket;
use super::sim::{Sim, Slot, alive};
use crate::bindings::bucket::R2;
use crate::bindings::container::Engine;
use crate::bindings::database::D1;
use crate::bindings::fetch::Fetcher;
use crate::bindings::kv::KvStore;
use crate::bindings::queue::QueueSender;
use crate::env::{Address, Bindings, no_history};
use crate::error::{Error, Result};
use crate::platform::{Host, Platform};
use crate::request::{Request, Response};
use crate::rpc::placement::{Placement, Which};
use crate::rpc::remote::Remote;
use crate::time::{Duration, Timestamp};
use crate::turn::{BoxFuture, Turn};
use crate::wire::Packed;

impl Bindings for Sim {
    fn object(&self, address: &Address, name: &str) -> Result<Box<dyn Remote>> {
        Ok(self.target(self.slot(address, name)?, Some(name)))
    }

    fn placed(
        &self,
        address: &Address,
        which: Which<'_>,
        placement: Placement,
    ) -> Result<Box<dyn Remote>> {
        let (class, binding) = (address.actor, address.binding);
        let (key, name) = match which {
            Which::Named(name) => (
                Key::Named(name.to_owned(), placement.jurisdiction),
                Some(name),
            ),
            Which::Unique => (Key::unique(class, self.random()), None),
            Which::Id(id) => (Key::with_id(class, binding, id)?, None),
        };
        Ok(self.target(self.slot_of(address, key)?, name))
    }

    fn far_object(&self, binding: &str, name: &str) -> Option<Box<dyn Remote>> {
        match self.bound.get(binding)? {
            Binding::Objects(fakes) => {
                let slot = self.slot_of_fake(binding, name, &fakes);
                Some(self.target(slot, Some(name)))
            }
            _ => None,
        }
    }

    fn far_service(&self, binding: &str) -> Option<Box<dyn Remote>> {
        match self.bound.get(binding)? {
            Binding::Service(fakes) => {
                Some(self.target(self.slot_of_fake(binding, binding, &fakes), None))
            }
            _ => None,
        }
    }

    fn bookmark<'a>(
        &'a self,
        _object: &'a dyn Platform,
        _at: Option<Timestamp>,
    ) -> BoxFuture<'a, Result<String>> {
        Box::pin(ready(Err(no_history())))
    }

    fn restore<'a>(
        &'a self,
        _object: &'a dyn Platform,
        _bookmark: &'a str,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(ready(Err(no_history())))
    }

    fn engine(&self, object: &dyn Platform) -> Option<Rc<dyn Engine>> {
        let object: &Object = object.own().downcast_ref()?;
        self.engine_of(&object.slot)
    }

    fn text(&self, name: &str) -> Option<String> {
        match self.bound.get(name)? {
            Binding::Text(text) => Some(text),
            _ => None,
        }
    }

    fn json(&self, name: &str) -> Option<String> {
        match self.bound.get(name)? {
            Binding::Text(text) | Binding::Json(text) => Some(text),
            _ => None,
        }
    }

    fn r2_bucket(&self, name: &str) -> Option<Rc<dyn R2>> {
        match self.bound.get(name)? {
            Binding::Bucket(objects) => Some(Rc::new(Bucket {
                sim: self.me.clone(),
                objects,
            })),
            _ => None,
        }
    }

    fn d1_database(&self, name: &str) -> Option<Rc<dyn D1>> {
        match self.bound.get(name)? {
            Binding::Database(disk) => Some(Rc::new(Database {
                sim: self.me.clone(),
                disk,
            })),
            _ => None,
        }
    }

    fn kv_store(&self, name: &str) -> Option<Rc<dyn KvStore>> {
        let Binding::Kv(values) = self.bound.get(name)? else {
            return None;
        };
        let sim = self.me.clone();
        Some(Rc::new(Namespace { sim, values }))
    }

    fn queue_sender(&self, name: &str) -> Option<Rc<dyn QueueSender>> {
        let Binding::Queue(waiting) = self.bound.get(name)? else {
            return None;
        };
        let sim = self.me.clone();
        Some(Rc::new(Producer { sim, waiting }))
    }

    fn has(&self, name: &str) -> bool {
        self.bound.get(name).is_some()
    }

    fn known(&self, ty: TypeId) -> Option<Rc<dyn Any>> {
        self.bound.known(ty)
    }

    fn keep(&self, read: Rc<dyn Any>) {
        self.bound.keep(read);
    }

    fn network(&self) -> Rc<dyn Fetcher> {
        self.far_side(None)
    }

    fn fetcher(&self, name: &str) -> Option<Rc<dyn Fetcher>> {
        let answer = self.network.of_service(name);
        answer.map(|_| self.far_side(Some(name)))
    }
}

impl Sim {
    fn target(&self, slot: Rc<Slot>, name: Option<&str>) -> Box<dyn Remote> {
        Box::new(Target {
            sim: alive(&self.me),
            slot,
            name: name.map(str::to_owned),
        })
    }
}

/// Another object.
#[derive(Clone)]
struct Target {
    sim: Rc<Sim>,
    slot: Rc<Slot>,
    /// The name that it is addressed by here, if any.
    name: Option<String>,
}

impl Remote for Target {
    fn id(&self) -> Option<String> {
        Some(self.slot.id.clone())
    }

    fn name(&self) -> Option<String> {
        self.name.clone()
    }

    fn call<'a>(&'a self, method: &'a str, arguments: Packed) -> BoxFuture<'a, Result<Packed>> {
        let name = method.to_owned();
        let event = move |object: &dyn Host| call(object, &name, arguments);
        Box::pin(self.sim.deliver(&self.slot, method.to_owned(), event))
    }

    fn fetch(&self, request: Request) -> BoxFuture<'_, Result<Response>> {
        Box::pin(self.sim.fetch(&self.slot, request))
    }

    fn renewed(&self) -> Box<dyn Remote> {
        Box::new(self.clone())
    }

    fn sleep(&self, span: Duration) -> BoxFuture<'_, ()> {
        Box::pin(self.sim.sleep(span))
    }

    fn chance(&self) -> f64 {
        self.sim.chance()
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
