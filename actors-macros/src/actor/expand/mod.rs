//! What `#[actor]` generates.

mod alarm;
mod call;
mod class;
pub(crate) mod handlers;
pub(crate) mod state;
mod task;
