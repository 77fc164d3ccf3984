//! What SQLite is, and what a Durable Object's runtime makes of it: the part that the macros know
//! when a Worker compiles, and `actors-core` when it runs.
//!
//! For those two crates alone; it may change in any release.

pub mod aggregates;
pub mod ddl;
pub mod lex;
pub mod limits;
pub mod names;
pub mod parameters;
pub mod refused;
