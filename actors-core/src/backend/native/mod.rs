//! The backend for tests: a simulated world on this machine, with SQLite in
//! memory, a virtual clock, and evictions and crashes on demand.
//!
//! Where it can't agree with workerd:
//!
//! - [`Usage`](crate::sql::Usage) counts the rows that a statement answers and changes; workerd counts
//!   those that it scans too, and those of indices.
//! - The order of turns that come at once is that of the seed; in workerd it is that
//!   of arrival.
//! - A text or a blob is 2 MB at most, as in production; a local workerd takes more.
//! - A panic costs all actors of the world their memory, as it does those of one
//!   isolate in production. Which actors share an isolate there is not known.

mod disk;
mod http;
mod outbox;
mod platform;
mod remote;
mod sim;
mod socket;
mod sockets;

pub(crate) use self::remote::call;
pub(crate) use self::sim::{Sim, Slot};
pub(crate) use self::socket::Socket;
pub(crate) use self::sockets::vanished;
