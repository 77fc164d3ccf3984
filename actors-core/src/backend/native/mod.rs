//! The backend for tests: a simulated world on this machine, with SQLite in
//! memory, a virtual clock, and evictions and crashes on demand.
//!
//! Where it differs from workerd:
//!
//! - [`Usage`](crate::sql::Usage) counts the rows that a statement returns and changes; workerd
//!   also counts the rows that it scans, and those of indices.
//! - The order of concurrent turns is chosen by the seed; in workerd it is that of arrival.
//! - A text or a blob has at most 2 MB, as in production; a local workerd accepts more.
//! - A panic erases the memory of all actors of the world, as it does for those of one
//!   isolate in production. Which actors share an isolate there is unknown.

mod bindings;
mod container;
mod d1;
mod disk;
mod fake;
mod far;
mod front;
mod http;
mod ids;
mod kv;
mod machine;
mod network;
mod outbox;
mod outside;
mod platform;
mod queue;
mod r2;
mod remote;
mod sim;
mod socket;
mod sockets;
pub(crate) mod streams;

pub(crate) use self::bindings::Binding;
pub(crate) use self::disk::Disk;
pub(crate) use self::fake::fakes;
pub(crate) use self::front::Verdict;
pub use self::machine::{Image, Machine};
pub(crate) use self::network::{Fault, SLOW};
pub(crate) use self::remote::call;
pub(crate) use self::sim::{Sim, Slot};
pub(crate) use self::socket::Socket;
pub(crate) use self::sockets::vanished;
