//! The one seam to the platform.
//!
//! A backend offers: [`Env`] (the Worker's bindings), [`Platform`] (one object:
//! its SQLite database, transactions, alarm, clock and name), [`Target`] (the
//! client of another object), [`RawSocket`] and [`Accepted`] (web sockets), [`Columns`] and
//! [`Cell`] (rows of a result); and it turns the values of a call between
//! [`Wire`](crate::wire::Wire) and its own form. All else in this crate is plain
//! Rust that knows none of this.

#[cfg(all(not(target_arch = "wasm32"), not(feature = "testing")))]
#[path = "absent.rs"]
pub(crate) mod current;
#[cfg(all(not(target_arch = "wasm32"), feature = "testing"))]
#[path = "native/mod.rs"]
pub(crate) mod current;
#[cfg(target_arch = "wasm32")]
#[path = "worker/mod.rs"]
pub(crate) mod current;

#[cfg(feature = "cron")]
pub(crate) use current::utc_offset;
pub(crate) use current::{
    Accepted, Columns, IS_FOR_TESTS, Platform, RawSocket, Target, first_turn, log,
};
pub use current::{Cell, Env};
#[cfg(all(not(target_arch = "wasm32"), feature = "testing"))]
pub(crate) use current::{Hosted, Sim, Slot, arriving, vanished};
