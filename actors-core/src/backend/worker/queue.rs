//! Queues of the runtime.

use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::rpc::settled;
use crate::bindings::queue::QueueSender;
use crate::error::Result;
use crate::turn::BoxFuture;

#[wasm_bindgen(module = "/src/backend/worker/bindings.js")]
extern "C" {
    type Producer;
    #[wasm_bindgen(js_name = queueOf)]
    fn queue_of(env: &JsValue, name: &str) -> Option<Producer>;
    #[wasm_bindgen(js_name = queueSend)]
    fn queue_send(queue: &Producer, messages: Vec<String>, delay: Option<u32>) -> Promise;
}

pub(super) fn queue(env: &JsValue, name: &str) -> Option<Rc<dyn QueueSender>> {
    Some(Rc::new(queue_of(env, name)?))
}

impl QueueSender for Producer {
    fn send(&self, messages: Vec<String>, delay: Option<u32>) -> BoxFuture<'_, Result<()>> {
        let sent = queue_send(self, messages, delay);
        Box::pin(async move { settled(Ok(sent)).await.map(drop) })
    }
}
