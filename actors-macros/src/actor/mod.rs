//! `#[actor]`: the item is parsed by `block.rs`; `state.rs` reads the struct, `handlers.rs` the
//! impl block. What is read without mistakes, and what can be saved of the rest, `expand/`
//! writes as Rust.

mod alarm;
pub(crate) mod block;
mod cron;
pub(crate) mod expand;
mod handlers;
mod method;
mod role;
mod sockets;
mod state;
