//! The bindings that the runtime passes to a Worker.

use wasm_bindgen::prelude::*;
use worker::Env;

use super::rpc;
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
}
