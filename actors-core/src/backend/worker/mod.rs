//! The platform of Cloudflare Workers: workerd's JavaScript API.

mod class;
mod entry;
mod env;
mod error;
mod executor;
mod http;
mod network;
mod object;
mod rpc;
mod sockets;
mod sql;
mod state;
pub(crate) mod streams;
mod wire;

pub use self::class::{Class, declare_class};
pub use self::entry::fetch;
