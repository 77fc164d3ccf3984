//! The platform of Cloudflare Workers: workerd's JavaScript API.

mod body;
mod class;
mod container;
mod d1;
mod entry;
mod env;
mod error;
mod events;
mod executor;
mod history;
mod http;
mod init;
mod kv;
mod network;
mod object;
mod queue;
mod r2;
mod rpc;
mod sockets;
mod sql;
mod start;
mod state;
pub(crate) mod streams;
mod timer;
mod wire;

pub use self::class::{Class, declare_class};
pub use self::entry::{fetch, front};
pub use self::events::{queue, scheduled};
pub use self::start::check_bindings;
