//! The bindings that the runtime passes to a Worker.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::{container, d1, history, kv, network, queue, r2, rpc};
use crate::bindings::bucket::R2;
use crate::bindings::container::Engine;
use crate::bindings::database::D1;
use crate::bindings::fetch::Fetcher;
use crate::bindings::kv::KvStore;
use crate::bindings::queue::QueueSender;
use crate::env::{Address, Bindings};
use crate::error::Result;
use crate::platform::Platform;
use crate::rpc::placement::{Placement, Which};
use crate::rpc::remote::Remote;
use crate::time::Timestamp;
use crate::turn::BoxFuture;

#[wasm_bindgen(module = "/src/backend/worker/glue.js")]
extern "C" {
    #[wasm_bindgen(js_name = textOf)]
    fn text_of(env: &JsValue, name: &str) -> Option<String>;
    #[wasm_bindgen(js_name = jsonOf)]
    fn json_of(env: &JsValue, name: &str) -> Option<String>;
}

#[wasm_bindgen(module = "/src/backend/worker/bindings.js")]
extern "C" {
    #[wasm_bindgen(js_name = hasBinding)]
    fn has_binding(env: &JsValue, name: &str) -> bool;
}

thread_local! {
    /// What was read from the bindings, which are the same for all objects.
    static READ: RefCell<Vec<Rc<dyn Any>>> = const { RefCell::new(Vec::new()) };
}

impl Bindings for JsValue {
    fn object(&self, address: &Address, name: &str) -> Result<Box<dyn Remote>> {
        rpc::object(self, address, name)
    }

    fn placed(
        &self,
        address: &Address,
        which: Which<'_>,
        placement: Placement,
    ) -> Result<Box<dyn Remote>> {
        rpc::placed_object(self, address, which, placement)
    }

    fn far_object(&self, binding: &str, name: &str) -> Option<Box<dyn Remote>> {
        rpc::far_away(self, binding, Some(name))
    }

    fn far_service(&self, binding: &str) -> Option<Box<dyn Remote>> {
        rpc::far_away(self, binding, None)
    }

    fn bookmark<'a>(
        &'a self,
        object: &'a dyn Platform,
        at: Option<Timestamp>,
    ) -> BoxFuture<'a, Result<String>> {
        Box::pin(history::bookmark_of(object, at))
    }

    fn restore<'a>(
        &'a self,
        object: &'a dyn Platform,
        bookmark: &'a str,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(history::restore(object, bookmark))
    }

    fn engine(&self, object: &dyn Platform) -> Option<Rc<dyn Engine>> {
        container::of(object)
    }

    fn text(&self, name: &str) -> Option<String> {
        text_of(self, name)
    }

    fn json(&self, name: &str) -> Option<String> {
        json_of(self, name)
    }

    fn r2_bucket(&self, name: &str) -> Option<Rc<dyn R2>> {
        r2::bucket(self, name)
    }

    fn d1_database(&self, name: &str) -> Option<Rc<dyn D1>> {
        d1::database(self, name)
    }

    fn kv_store(&self, name: &str) -> Option<Rc<dyn KvStore>> {
        kv::kv(self, name)
    }

    fn queue_sender(&self, name: &str) -> Option<Rc<dyn QueueSender>> {
        queue::queue(self, name)
    }

    fn has(&self, name: &str) -> bool {
        has_binding(self, name)
    }

    fn known(&self, ty: TypeId) -> Option<Rc<dyn Any>> {
        let is_it = |read: &&Rc<dyn Any>| (***read).type_id() == ty;
        READ.with_borrow(|all| all.iter().find(is_it).cloned())
    }

    fn keep(&self, read: Rc<dyn Any>) {
        READ.with_borrow_mut(|all| all.push(read));
    }

    fn network(&self) -> Rc<dyn Fetcher> {
        network::network()
    }

    fn fetcher(&self, name: &str) -> Option<Rc<dyn Fetcher>> {
        network::service(self, name)
    }
}
