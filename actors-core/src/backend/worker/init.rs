//! What happens when the Wasm instance starts: worker-build, which replaces it after its end, asks
//! for a record of it. Where the crate `worker` is linked, that keeps it.

#[cfg(feature = "worker")]
use std::panic::take_hook as logger;

use wasm_bindgen::prelude::*;

#[cfg(not(feature = "worker"))]
use self::alone::logger;
use super::executor::install_panic_hook;

#[wasm_bindgen(start, private)]
fn start() {
    #[cfg(not(feature = "worker"))]
    alone::start();
    install_panic_hook(logger());
}

#[cfg(not(feature = "worker"))]
mod alone {
    use std::panic::PanicHookInfo;

    use wasm_bindgen::handler::{schedule_reinit, set_on_abort};
    use wasm_bindgen::prelude::*;

    #[wasm_bindgen(module = "/src/backend/worker/init.js")]
    extern "C" {
        fn record() -> JsValue;
        fn started();
        fn died(message: &str);
    }

    /// For worker-build.
    #[allow(unreachable_pub, reason = "wasm-bindgen exports nothing else")]
    #[wasm_bindgen(js_name = "__worker_init_state")]
    pub fn worker_init_state() -> JsValue {
        record()
    }

    pub(super) fn start() {
        started();
        set_on_abort(schedule_reinit);
    }

    /// Logs a panic, and has the instance replaced.
    pub(super) fn logger() -> impl Fn(&PanicHookInfo<'_>) {
        |info| died(&info.to_string())
    }
}
