//! Behaviour, as the real runtime shows it, and the native backend beside it from
//! the same test bodies. `cargo xtask test` builds what these tests need first; on
//! their own they build it themselves.

mod alarms;
mod beginning;
mod calls;
mod client;
mod contained;
mod container;
mod costs;
mod cron;
mod crowd;
mod differences;
mod keeping;
mod lifecycle;
mod migrations;
mod native;
mod notes;
mod once;
mod panics;
mod parity;
mod queries;
mod rate_limiter;
mod reading;
mod requests;
mod retries;
mod rpc;
mod shuffled;
mod snapshot;
mod sockets;
mod sql;
mod still;
mod streams;
mod tables;
mod tasks;
mod transactions;
mod turns;
mod undoing;
mod world;
