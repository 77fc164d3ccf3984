//! Timers of the runtime.

use js_sys::Promise;
use js_sys::futures::JsFuture;
use wasm_bindgen::prelude::*;

use crate::time::{Duration, hours};
use crate::turn::BoxFuture;

#[wasm_bindgen(module = "/src/backend/worker/glue.js")]
extern "C" {
    type Timer;
    #[wasm_bindgen(constructor)]
    fn new(millis: f64) -> Timer;
    #[wasm_bindgen(method, getter)]
    fn promise(this: &Timer) -> Promise;
    #[wasm_bindgen(method)]
    fn stop(this: &Timer);
}

/// The longest span of a timer.
pub(super) const LONGEST: Duration = hours(1);

/// Waits for that long, up to the longest span.
pub(super) fn sleep(span: Duration) -> BoxFuture<'static, ()> {
    Box::pin(async move {
        let timer = Running(Timer::new(span.as_secs_f64() * 1_000.0));
        let _ = JsFuture::from(timer.0.promise()).await;
    })
}

/// Stops when dropped, since a timer keeps the object in memory.
struct Running(Timer);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.stop();
    }
}
