//! The small actor by hand: what the actor does by RPC is another path here.

#[cfg(target_arch = "wasm32")]
mod board;
