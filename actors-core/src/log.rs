//! The Worker's log.

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn console_error(message: &str);
}

/// Logs a line as an error; outside a Worker, to standard error.
pub(crate) fn error(message: &str) {
    #[cfg(target_arch = "wasm32")]
    console_error(message);
    #[cfg(not(target_arch = "wasm32"))]
    eprintln!("{message}");
}
