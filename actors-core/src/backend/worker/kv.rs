//! KV namespaces of the runtime.

use std::rc::Rc;

use js_sys::{Date, Promise};
use wasm_bindgen::prelude::*;

use super::rpc::settled;
use crate::bindings::KvPage;
use crate::bindings::kv::{Entry, KvStore, Query, Stored};
use crate::error::{Error, Result};
use crate::json;
use crate::time::Timestamp;
use crate::turn::BoxFuture;

#[wasm_bindgen(module = "/src/backend/worker/bindings.js")]
extern "C" {
    type Namespace;
    #[wasm_bindgen(js_name = kvOf)]
    fn kv_of(env: &JsValue, name: &str) -> Option<Namespace>;
    #[wasm_bindgen(js_name = kvGet)]
    fn kv_get(kv: &Namespace, key: &str) -> Promise;
    #[wasm_bindgen(js_name = kvPut)]
    fn kv_put(
        kv: &Namespace,
        key: &str,
        value: &[u8],
        expiration: Option<f64>,
        metadata: Option<&str>,
    ) -> Promise;
    #[wasm_bindgen(js_name = kvList)]
    fn kv_list(kv: &Namespace, prefix: &str, cursor: Option<&str>, limit: u32) -> Promise;
    #[wasm_bindgen(js_name = kvDelete)]
    fn kv_delete(kv: &Namespace, key: &str) -> Promise;

    type Found;
    #[wasm_bindgen(method, getter)]
    fn bytes(this: &Found) -> Vec<u8>;
    #[wasm_bindgen(method, getter)]
    fn metadata(this: &Found) -> Option<String>;
}

pub(super) fn kv(env: &JsValue, name: &str) -> Option<Rc<dyn KvStore>> {
    Some(Rc::new(kv_of(env, name)?))
}

impl KvStore for Namespace {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Stored>>> {
        Box::pin(async move {
            let found = settled(Ok(kv_get(self, key))).await?;
            if found.is_undefined() {
                return Ok(None);
            }
            let found: Found = found.unchecked_into();
            Ok(Some(Stored {
                value: found.bytes(),
                metadata: found.metadata(),
            }))
        })
    }

    fn put<'a>(&'a self, entry: Entry<'a>) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let seconds = entry.expires.map(|end| (end.as_millis() / 1_000) as f64);
            let put = kv_put(self, entry.key, entry.value, seconds, entry.metadata);
            settled(Ok(put)).await.map(drop)
        })
    }

    fn list<'a>(&'a self, query: Query<'a>) -> BoxFuture<'a, Result<KvPage>> {
        Box::pin(async move {
            let page = kv_list(self, query.prefix, query.cursor, query.limit);
            let page = settled(Ok(page)).await?.as_string();
            json::from_text(&page.unwrap_or_default()).map_err(Error::internal)
        })
    }

    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move { settled(Ok(kv_delete(self, key))).await.map(drop) })
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millis(Date::now() as i64)
    }
}
