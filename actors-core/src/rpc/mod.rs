//! Calls between actors, and from any Worker: native Workers RPC.

mod call;
mod far;
mod limit;
pub(crate) mod placement;
pub(crate) mod remote;
mod retry;
mod stub;

pub(crate) use self::call::Arguments;
pub use self::call::{Call, Reply};
pub use self::far::{FakedBy, FarStub};
pub use self::stub::Stub;
pub(crate) use self::stub::check_name;
