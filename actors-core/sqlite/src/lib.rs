//! Facts about SQLite and about a Durable Object's runtime, shared by the macros at compile time
//! and by `actors-core` at run time.
//!
//! Only for those two crates; it may change in any release.

pub mod aggregates;
pub mod ddl;
pub mod lex;
pub mod limits;
pub mod map;
pub mod names;
pub mod parameters;
pub mod refused;
