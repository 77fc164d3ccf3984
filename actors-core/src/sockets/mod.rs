//! Web sockets: admitted by the actor, typed in both directions, hibernating.
//!
//! They stay open while the actor is not in memory. What belongs to one (its id, its tags,
//! its attachment) is kept by the platform, and available when a message wakes the actor.

pub(crate) mod admission;
pub(crate) mod handshake;
pub(crate) mod message;
pub(crate) mod options;
pub(crate) mod raw;
mod several;
pub(crate) mod socket;

pub use self::admission::{Admission, Decision};
pub use self::message::{Close, Message};
pub use self::options::SocketOptions;
pub use self::several::Sockets;
pub use self::socket::Socket;
