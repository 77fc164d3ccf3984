//! What crosses a call: serde values as the structured clone of JavaScript has them.

use std::cell::Cell;

use serde::de::{DeserializeOwned, Deserializer, Error as _};
use serde::{Deserialize, Serialize, Serializer};
use serde_wasm_bindgen::preserve;
use wasm_bindgen::prelude::*;
use worker::js_sys::{Array, Date, Promise};
use worker::wasm_bindgen_futures::JsFuture;
use worker::web_sys;

use super::{Env, from_js, http};
use crate::error::{Error, Result};
use crate::request::{Request, Response};

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

/// The arguments of a call that has come in.
pub(crate) struct Arguments(Array);

impl Arguments {
    pub(super) fn new(values: Array) -> Self {
        Self(values)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.length() as usize
    }

    pub(crate) fn is_missing(&self, index: usize) -> bool {
        self.0.get(index as u32).is_undefined()
    }

    pub(crate) fn get<T: DeserializeOwned>(&self, index: usize) -> Result<T> {
        decode(self.0.get(index as u32))
    }
}

/// A value as it crosses a call.
pub struct Reply(JsValue);

impl Reply {
    pub(crate) fn new<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        let serializer = serde_wasm_bindgen::Serializer::new().serialize_maps_as_objects(true);
        in_call(|| value.serialize(&serializer))
            .map(Self)
            .map_err(|error| Error::invalid(error.to_string()))
    }

    pub(crate) fn decode<T: DeserializeOwned>(self) -> Result<T> {
        decode(self.0)
    }

    pub(super) fn into_value(self) -> JsValue {
        self.0
    }
}

fn decode<T: DeserializeOwned>(value: JsValue) -> Result<T> {
    let deserializer = serde_wasm_bindgen::Deserializer::from(value);
    in_call(|| serde_path_to_error::deserialize(deserializer)).map_err(|error| {
        let path = error.path().to_string();
        let message = error.into_inner().to_string();
        let error = Error::invalid(message.trim_start_matches("Error: "));
        if path == "." {
            error
        } else {
            error.at(format_args!("`{path}`"))
        }
    })
}

/// The client of another object.
pub(crate) struct Target(ObjectStub);

impl Target {
    pub(crate) fn named(env: &Env, binding: &str, name: &str) -> Result<Self> {
        stub(env, binding, name).map(Self).ok_or_else(|| {
            Error::internal(format!(
                "the Worker has no Durable Object binding `{binding}`: add it to \
                 [[durable_objects.bindings]] in wrangler.toml"
            ))
        })
    }

    pub(crate) fn id(&self) -> Option<String> {
        let id: super::Id = self.0.id().unchecked_into();
        Some(id.to_text())
    }

    pub(crate) async fn call(&self, method: &str, arguments: Vec<Reply>) -> Result<Reply> {
        let values = arguments.into_iter().map(|value| value.0).collect();
        settled(call(&self.0, method, values)).await.map(Reply)
    }

    pub(crate) async fn fetch(&self, request: Request) -> Result<Response> {
        let request = worker::request_to_wasm(request)?;
        http::from_js_response(settled(self.forward(&request)).await?)
    }

    /// Sends a request of JavaScript's, and answers JavaScript's promise.
    pub(super) fn forward(&self, request: &web_sys::Request) -> Result<Promise, JsValue> {
        self.0.fetch(request)
    }
}

async fn settled(promise: Result<Promise, JsValue>) -> Result<JsValue> {
    match promise {
        Ok(promise) => JsFuture::from(promise).await,
        Err(thrown) => Err(thrown),
    }
    .map_err(|thrown| from_js(&thrown))
}

thread_local! {
    /// Whether serde is at work for a call, in which a timestamp is a `Date`.
    static IN_CALL: Cell<bool> = const { Cell::new(false) };
}

fn in_call<T>(body: impl FnOnce() -> T) -> T {
    IN_CALL.set(true);
    let value = body();
    IN_CALL.set(false);
    value
}

pub(crate) fn serialize_timestamp<S: Serializer>(
    millis: i64,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    if IN_CALL.get() {
        preserve::serialize(&Date::new(&JsValue::from_f64(millis as f64)), serializer)
    } else {
        serializer.serialize_i64(millis)
    }
}

pub(crate) fn deserialize_timestamp<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<i64, D::Error> {
    if !IN_CALL.get() {
        return i64::deserialize(deserializer);
    }
    let date: JsValue = preserve::deserialize(deserializer)?;
    match date.dyn_ref::<Date>().map(Date::get_time) {
        Some(time) if time.is_finite() => Ok(time as i64),
        _ => Err(D::Error::custom("expected a valid Date")),
    }
}
