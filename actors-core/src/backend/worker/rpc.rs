//! The clients of other objects.

use wasm_bindgen::prelude::*;
use worker::js_sys::{Array, Promise};
use worker::wasm_bindgen_futures::JsFuture;
use worker::web_sys;

use super::error::from_js;
use super::state::Id;
use super::{http, wire};
use crate::env::{Address, Bindings, Env};
use crate::error::{Error, Result};
use crate::request::{Request, Response};
use crate::rpc::remote::Remote;
use crate::turn::BoxFuture;
use crate::wire::Wire;

#[wasm_bindgen(module = "/src/backend/worker/glue.js")]
extern "C" {
    fn stub(env: &Env, binding: &str, name: &str) -> Option<ObjectStub>;
    #[wasm_bindgen(catch)]
    fn call(stub: &ObjectStub, method: &str, values: Array) -> Result<Promise, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    type ObjectStub;
    #[wasm_bindgen(method, getter)]
    fn id(this: &ObjectStub) -> JsValue;
    #[wasm_bindgen(method, catch)]
    fn fetch(this: &ObjectStub, request: &web_sys::Request) -> Result<Promise, JsValue>;
}

/// The client of another object.
pub(super) struct Target(ObjectStub);

impl Target {
    pub(super) fn bound(env: &Env, binding: &str, name: &str) -> Result<Self> {
        stub(env, binding, name).map(Self).ok_or_else(|| {
            Error::internal(format!(
                "the Worker has no Durable Object binding `{binding}`: add it to \
                 [[durable_objects.bindings]] in wrangler.toml"
            ))
        })
    }

    /// Sends a JavaScript request, and returns JavaScript's promise.
    pub(super) fn forward(&self, request: &web_sys::Request) -> Result<Promise, JsValue> {
        self.0.fetch(request)
    }
}

impl Bindings for Env {
    fn object(&self, address: &Address, name: &str) -> Result<Box<dyn Remote>> {
        Ok(Box::new(Target::bound(self, address.binding, name)?))
    }
}

impl Remote for Target {
    fn id(&self) -> Option<String> {
        let id: Id = self.0.id().unchecked_into();
        Some(id.to_text())
    }

    fn call<'a>(&'a self, method: &'a str, arguments: Vec<Wire>) -> BoxFuture<'a, Result<Wire>> {
        Box::pin(async move {
            let values = arguments.into_iter().map(wire::to_js).collect();
            let answer = settled(call(&self.0, method, values)).await?;
            Ok(wire::from_js([answer]).pop().unwrap_or_default())
        })
    }

    fn fetch(&self, request: Request) -> BoxFuture<'_, Result<Response>> {
        Box::pin(async move {
            let request = worker::request_to_wasm(request)?;
            http::from_js_response(settled(self.forward(&request)).await?)
        })
    }
}

async fn settled(promise: Result<Promise, JsValue>) -> Result<JsValue> {
    match promise {
        Ok(promise) => JsFuture::from(promise).await,
        Err(thrown) => Err(thrown),
    }
    .map_err(|thrown| from_js(&thrown))
}
