//! The bindings that the runtime passes to a Worker.

use std::rc::Rc;

use wasm_bindgen::prelude::*;
use worker::Env;

use super::{network, rpc};
use crate::bindings::fetch::Fetcher;
use crate::env::{Address, Bindings};
use crate::error::Result;
use crate::rpc::remote::Remote;

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

    fn text(&self, name: &str) -> Option<String> {
        text_of(self, name)
    }

    fn json(&self, name: &str) -> Option<String> {
        json_of(self, name)
    }

    fn network(&self) -> Rc<dyn Fetcher> {
        network::network()
    }

    fn fetcher(&self, name: &str) -> Option<Rc<dyn Fetcher>> {
        network::service(self, name)
    }
}
