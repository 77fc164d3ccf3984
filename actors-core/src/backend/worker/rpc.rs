//! The clients of other objects.

use js_sys::futures::JsFuture;
use js_sys::{Math, Promise};
use wasm_bindgen::prelude::*;

use super::error::from_js;
use super::state::Id;
use super::{http, timer, wire};
use crate::env::{self, Address, not_its_id};
use crate::error::{Error, Result};
use crate::request::{Request, Response};
use crate::rpc::placement::{Jurisdiction, LocationHint, Placement, Which};
use crate::rpc::remote::Remote;
use crate::time::Duration;
use crate::turn::BoxFuture;
use crate::wire::Packed;

#[wasm_bindgen(module = "/src/backend/worker/glue.js")]
extern "C" {
    fn stub(env: &JsValue, binding: &str, name: &str) -> Option<ObjectStub>;
    /// Another stub of the same object.
    fn renewed(stub: &ObjectStub) -> ObjectStub;
    #[wasm_bindgen(catch)]
    fn placed(
        env: &JsValue,
        binding: &str,
        name: Option<&str>,
        id: Option<&str>,
        hint: Option<&str>,
        jurisdiction: Option<&str>,
        routing: Option<&str>,
    ) -> Result<Option<ObjectStub>, JsValue>;
    fn far(env: &JsValue, binding: &str, name: Option<&str>) -> Option<ObjectStub>;
    #[wasm_bindgen(catch)]
    fn call(
        stub: &ObjectStub,
        method: &str,
        cells: &[f64],
        texts: Option<&str>,
        bytes: Option<&[u8]>,
    ) -> Result<Promise, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    type ObjectStub;
    #[wasm_bindgen(method, getter)]
    fn id(this: &ObjectStub) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn name(this: &ObjectStub) -> Option<String>;
    #[wasm_bindgen(method, catch)]
    fn fetch(this: &ObjectStub, request: &web_sys::Request) -> Result<Promise, JsValue>;
}

/// The client of another object.
struct Target(ObjectStub);

pub(super) fn object(env: &JsValue, address: &Address, name: &str) -> Result<Box<dyn Remote>> {
    let stub = stub(env, address.binding, name).ok_or_else(|| unbound(address.binding))?;
    Ok(Box::new(Target(stub)))
}

pub(super) fn placed_object(
    env: &JsValue,
    address: &Address,
    which: Which<'_>,
    placement: Placement,
) -> Result<Box<dyn Remote>> {
    let (name, id) = match which {
        Which::Named(name) => (Some(name), None),
        Which::Unique => (None, None),
        Which::Id(id) => (None, Some(id)),
    };
    let stub = placed(
        env,
        address.binding,
        name,
        id,
        placement.hint.map(LocationHint::name),
        placement.jurisdiction.map(Jurisdiction::name),
        placement.is_primary_only.then_some("primary-only"),
    );
    let stub = stub.map_err(|thrown| match id {
        Some(_) => not_its_id(address.binding, from_js(&thrown).message()),
        None => from_js(&thrown),
    });
    let stub = stub?.ok_or_else(|| unbound(address.binding))?;
    Ok(Box::new(Target(stub)))
}

/// Something of another Worker: an object if it has a name, or else an entrypoint.
pub(super) fn far_away(
    env: &JsValue,
    binding: &str,
    name: Option<&str>,
) -> Option<Box<dyn Remote>> {
    Some(Box::new(Target(far(env, binding, name)?)))
}

impl Remote for Target {
    fn id(&self) -> Option<String> {
        let id: Id = self.0.id().unchecked_into();
        Some(id.to_text())
    }

    fn name(&self) -> Option<String> {
        self.0.name()
    }

    fn call<'a>(&'a self, method: &'a str, arguments: Packed) -> BoxFuture<'a, Result<Packed>> {
        Box::pin(async move {
            let (texts, bytes) = wire::parts(&arguments);
            let called = call(&self.0, method, &arguments.cells, texts, bytes);
            Ok(wire::from_js(settled(called).await?))
        })
    }

    fn fetch(&self, request: Request) -> BoxFuture<'_, Result<Response>> {
        Box::pin(async move {
            let request = http::to_js_request(request)
                .map_err(|error| Error::invalid(format!("the request can't be sent: {error}")))?;
            http::from_js_response(settled(self.0.fetch(&request)).await?)
        })
    }

    fn renewed(&self) -> Box<dyn Remote> {
        Box::new(Self(renewed(&self.0)))
    }

    fn sleep(&self, span: Duration) -> BoxFuture<'_, ()> {
        match span.checked_sub(timer::LONGEST) {
            None => timer::sleep(span),
            Some(rest) => Box::pin(async move {
                timer::sleep(timer::LONGEST).await;
                self.sleep(rest).await;
            }),
        }
    }

    fn chance(&self) -> f64 {
        Math::random()
    }
}

/// What a promise comes to.
pub(super) async fn settled(promise: Result<Promise, JsValue>) -> Result<JsValue> {
    match promise {
        Ok(promise) => JsFuture::from(promise).await,
        Err(thrown) => Err(thrown),
    }
    .map_err(|thrown| from_js(&thrown))
}

/// The error if the Worker has no such actor.
pub(super) fn unbound(binding: &str) -> Error {
    env::unbound(
        binding,
        "; a class of the Worker itself needs none if [[migrations]] has it",
    )
}
