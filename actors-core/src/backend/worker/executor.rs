//! Turns for JavaScript: a value at once, or a promise.
//!
//! A panic aborts the Wasm instance, and with it every future in it. The panic hook, which
//! runs first, rejects all pending promises: so each promise that is handed out is
//! registered (in the glue) until it is settled.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::panic::{self, PanicHookInfo};
use std::pin::pin;

use js_sys::Promise;
use js_sys::futures::spawn_local;
use wasm_bindgen::prelude::*;

use super::error::to_js;
use crate::error::Result;
use crate::turn::{BoxFuture, Turn, current};

#[wasm_bindgen(module = "/src/backend/worker/glue.js")]
extern "C" {
    #[derive(Clone)]
    type Deferred;
    #[wasm_bindgen(constructor)]
    fn new() -> Deferred;
    #[wasm_bindgen(method, getter)]
    fn promise(this: &Deferred) -> Promise;
    #[wasm_bindgen(method)]
    fn resolve(this: &Deferred, value: JsValue);
    #[wasm_bindgen(method)]
    fn reject(this: &Deferred, error: JsValue);

    /// Whether this was thrown by a dead Wasm instance: one that has panicked, or has run out
    /// of stack.
    #[wasm_bindgen(js_name = isTrap)]
    pub(super) fn is_trap(thrown: &JsValue) -> bool;
    fn panicked(message: &str, current: Option<Deferred>, object: Option<&str>, alarm: f64);
}

thread_local! {
    /// The promise that the future being polled will settle.
    static CURRENT: RefCell<Option<Deferred>> = const { RefCell::new(None) };
}

/// The turn's value, or a promise of it.
pub(super) fn answer<T: 'static>(
    turn: Turn<T>,
    to_value: impl FnOnce(T) -> Result<JsValue> + 'static,
) -> Result<JsValue, JsValue> {
    match turn {
        Turn::Done(result) => result.and_then(to_value).map_err(|error| to_js(&error)),
        Turn::Pending(future) => {
            let future = Box::pin(async move { to_value(future.await?) });
            Ok(promise(future).into())
        }
    }
}

/// A promise of what the future comes to. It is boxed, so that this is compiled once.
pub(super) fn promise(future: BoxFuture<'static, Result<JsValue>>) -> Promise {
    let deferred = Deferred::new();
    let promise = deferred.promise();
    spawn_local(async move {
        match polled_for(&deferred, future).await {
            Ok(value) => deferred.resolve(value),
            Err(error) => deferred.reject(to_js(&error)),
        }
    });
    promise
}

/// Polls the future so that a panic in it is attributed to its promise.
async fn polled_for<T>(deferred: &Deferred, future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    poll_fn(|cx| {
        let outer = CURRENT.replace(Some(deferred.clone()));
        let progress = future.as_mut().poll(cx);
        CURRENT.set(outer);
        progress
    })
    .await
}

/// Makes a panic reject all pending promises, and then log, before it aborts the instance.
pub(super) fn install_panic_hook(log: impl Fn(&PanicHookInfo<'_>) + Send + Sync + 'static) {
    panic::set_hook(Box::new(move |info| {
        // That is logged with the place where it was.
        let message = info.payload_as_str().unwrap_or_default();
        let lost = current::panicked_alarm();
        panicked(
            &format!("panicked: {message}"),
            CURRENT.take(),
            lost.as_ref().map(|lost| &*lost.object),
            lost.as_ref().map_or(0.0, |lost| lost.alarm as f64),
        );
        log(info);
    }));
}
