//! `#[actor]`: parsed by `block.rs`; the struct in `state.rs`, its methods in
//! `handlers.rs`, the JavaScript class in `class.rs`.

mod alarm;
pub(crate) mod block;
mod class;
mod cron;
pub(crate) mod handlers;
mod method;
mod sockets;
pub(crate) mod state;
