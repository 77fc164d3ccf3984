//! R2 buckets.

use std::rc::Rc;

use http_body::Body as _;
use js_sys::futures::JsFuture;
use js_sys::{Array, Promise, Uint8Array};
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;

use super::error::from_js;
use super::http::{JsBody, from_js_response, to_js_response};
use super::network::Arriving;
use crate::bindings::bucket::{ListOptions, Part, PutOptions, R2, no_such_range, other_length};
use crate::bindings::{Listing, Object, ObjectBody};
use crate::error::{Error, Result};
use crate::json;
use crate::request::{Body, Response};
use crate::turn::BoxFuture;

#[wasm_bindgen(module = "/src/backend/worker/bucket.js")]
extern "C" {
    #[derive(Clone)]
    type Bucket;
    #[wasm_bindgen(js_name = bucketOf)]
    fn bucket_of(env: &JsValue, name: &str) -> Option<Bucket>;
    fn head(bucket: &Bucket, key: &str) -> Promise;
    fn get(bucket: &Bucket, key: &str, range: Option<&str>) -> Promise;
    fn put(bucket: &Bucket, key: &str, body: &JsValue, length: f64, options: &str) -> Promise;
    fn list(bucket: &Bucket, options: &str) -> Promise;
    fn remove(bucket: &Bucket, keys: Array) -> Promise;
}

pub(super) fn bucket(env: &JsValue, name: &str) -> Option<Rc<dyn R2>> {
    Some(Rc::new(bucket_of(env, name)?))
}

impl R2 for Bucket {
    fn head(&self, key: String) -> BoxFuture<'static, Result<Option<Object>>> {
        let head = answer(head(self, &key));
        Box::pin(async { read(&head.await?) })
    }

    fn get(
        &self,
        key: String,
        part: Option<Part>,
    ) -> BoxFuture<'static, Result<Option<ObjectBody>>> {
        let bucket = self.clone();
        Box::pin(async move {
            let part = part.map(|part| serde_json::to_string(&part)).transpose()?;
            let found = answer(get(&bucket, &key, part.as_deref())).await?;
            match found.is_undefined() {
                true => Ok(None),
                false => with_body(&found.unchecked_into()).map(Some),
            }
        })
    }

    fn length(&self, body: &Body) -> Option<u64> {
        if let Some(body) = body.as_incoming::<JsBody>() {
            return body.length();
        }
        match body.as_incoming::<Arriving>() {
            Some(body) => body.length(),
            None => body.size_hint().exact(),
        }
    }

    fn put(
        &self,
        key: String,
        body: Body,
        length: u64,
        options: PutOptions,
    ) -> BoxFuture<'static, Result<Option<Object>>> {
        let bucket = self.clone();
        Box::pin(async move {
            let options = serde_json::to_string(&options)?;
            let body = match body.into_full() {
                Ok(bytes) => Uint8Array::from(&*bytes).into(),
                Err(stream) => to_js_response(Response::new(stream))?,
            };
            let stored = put(&bucket, &key, &body, length as f64, &options);
            match answer(stored).await? {
                stored if stored == JsValue::FALSE => Err(other_length(length)),
                stored => read(&stored),
            }
        })
    }

    fn list(&self, options: ListOptions) -> BoxFuture<'static, Result<Listing>> {
        let bucket = self.clone();
        Box::pin(async move {
            let options = serde_json::to_string(&options)?;
            let listing = read(&answer(list(&bucket, &options)).await?)?;
            listing.ok_or_else(|| Error::internal("R2 has sent no list"))
        })
    }

    fn delete(&self, keys: Vec<String>) -> BoxFuture<'static, Result<()>> {
        let keys = keys.iter().map(|key| JsValue::from_str(key)).collect();
        let done = answer(remove(self, keys));
        Box::pin(async { done.await.map(|_| ()) })
    }
}

/// What a request came to.
async fn answer(promise: Promise) -> Result<JsValue> {
    JsFuture::from(promise).await.map_err(|thrown| {
        let error = from_js(&thrown);
        // The number of R2's error.
        match error.message().contains("(10039)") {
            true => no_such_range(),
            false => error,
        }
    })
}

/// What the glue describes as JSON; none if there is none.
fn read<T: DeserializeOwned>(value: &JsValue) -> Result<Option<T>> {
    let text = value.as_string();
    let read = text.map(|text| json::from_text(&text)).transpose();
    read.map_err(Error::internal)
}

/// The object, the offset and length of what is read of it, and a response with that.
fn with_body(found: &Array) -> Result<ObjectBody> {
    let object = read(&found.get(0))?;
    let number = |index| found.get(index).as_f64().unwrap_or_default() as u64;
    let (offset, length) = (number(1), number(2));
    Ok(ObjectBody {
        object: object.ok_or_else(|| Error::internal("R2 has sent no object"))?,
        range: offset..offset + length,
        body: from_js_response(found.get(3))?.into_body(),
    })
}
