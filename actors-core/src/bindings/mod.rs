//! What the Worker's bindings give: clients of what is outside an actor.

pub(crate) mod fetch;
pub(crate) mod service;
