//! The Worker's log.

/// Logs a line as an error; outside a Worker, to standard error.
pub(crate) fn error(message: &str) {
    #[cfg(target_arch = "wasm32")]
    worker::console_error!("{message}");
    #[cfg(not(target_arch = "wasm32"))]
    eprintln!("{message}");
}
