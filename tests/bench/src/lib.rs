//! The same work, three times: by an actor, by a Durable Object that is written by hand
//! with the `worker` crate, and (in `driver.js`) by one in JavaScript.

#![allow(missing_docs, reason = "`driver.js` says what is measured")]

#[cfg(target_arch = "wasm32")]
mod by_hand;
pub mod ours;

actors_core::entry!(ours::Readings);
