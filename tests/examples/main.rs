//! The examples' Worker as it is deployed, over HTTP: in workerd and natively, with the same test
//! bodies.

mod chat;
mod code_agent;
mod session;
mod task_queue;
mod world;
