//! The program by hand, with the crate `worker` alone.

#[cfg(target_arch = "wasm32")]
mod program;
