//! What is checked when the module starts, before any event.

use wasm_bindgen::prelude::*;

use crate::env::Env;
use crate::from_binding::{FromEnv, faults};

#[wasm_bindgen(module = "/src/backend/worker/glue.js")]
extern "C" {
    /// The bindings, if they can be had before there is an event.
    #[wasm_bindgen(js_name = importedEnv)]
    fn imported_env() -> Option<JsValue>;
    /// Has the module fail for these reasons, once all is declared.
    #[wasm_bindgen(js_name = failToStart)]
    fn fail_to_start(why: Vec<String>);
}

/// Reads bindings that the Worker can't do without.
pub fn check_bindings<B: FromEnv>() {
    if let Some(env) = imported_env() {
        let faults = faults::<B>(&Env(env));
        fail_to_start(
            faults
                .iter()
                .map(|fault| fault.message().to_owned())
                .collect(),
        );
    }
}
