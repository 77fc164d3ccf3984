//! The one seam to the platform.
//!
//! A backend offers: [`Env`] (the Worker's bindings), [`Platform`] (one object:
//! its SQLite database, transactions, alarm, clock and name), [`Target`] (the
//! client of another object), [`Arguments`] and [`Reply`] (what crosses a call),
//! [`Columns`] and [`Cell`] (rows of a result), and the form of a timestamp in a
//! call. All else in this crate is plain Rust that knows none of this.

#[cfg(not(target_arch = "wasm32"))]
#[path = "absent.rs"]
pub(crate) mod current;
#[cfg(target_arch = "wasm32")]
#[path = "worker/mod.rs"]
pub(crate) mod current;

pub(crate) use current::{
    Arguments, Columns, Platform, Target, deserialize_timestamp, serialize_timestamp,
};
pub use current::{Cell, Env, Reply};
