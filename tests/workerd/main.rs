//! Behaviour, as the real runtime shows it. `cargo xtask test` builds what these
//! tests need first; on their own they build it themselves.

mod alarms;
mod lifecycle;
mod panics;
mod rate_limiter;
mod requests;
mod rpc;
mod transactions;
mod turns;
mod world;
