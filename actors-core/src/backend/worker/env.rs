//! The bindings that the runtime passes to a Worker.

use wasm_bindgen::prelude::*;
use worker::Env;

use super::{history, rpc};
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
    fn text_of(env: &Env, name: &str) -> Option<String>;
    #[wasm_bindgen(js_name = jsonOf)]
    fn json_of(env: &Env, name: &str) -> Option<String>;
}

impl Bindings for Env {
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

    fn text(&self, name: &str) -> Option<String> {
        text_of(self, name)
    }

    fn json(&self, name: &str) -> Option<String> {
        json_of(self, name)
    }
}
