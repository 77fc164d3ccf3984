//! The Worker's log.

/// Writes a line to the log as an error; where no Worker runs, to standard error.
pub(crate) fn error(message: &str) {
    #[cfg(target_arch = "wasm32")]
    worker::console_error!("{message}");
    #[cfg(not(target_arch = "wasm32"))]
    eprintln!("{message}");
}
