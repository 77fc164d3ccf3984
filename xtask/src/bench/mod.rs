//! `cargo xtask bench`: the same work by several implementations, side by side in one run,
//! as ratios.

mod alarms;
mod check;
mod rows;
mod sockets;

use anyhow::Result;
use clap::Subcommand;

#[derive(Subcommand)]
pub(crate) enum Bench {
    /// Statements and rows: an actor, workers-rs by hand, JavaScript
    Rows,
    /// 100,000 alarms that are due at once: an actor, npm's `@cloudflare/actors`
    Alarms,
    /// What 300 statements that are checked add to `cargo check`
    Check,
    /// Broadcasts to a thousand web sockets, and answers to one: an actor, JavaScript
    Sockets,
}

pub(crate) fn run(bench: &Bench) -> Result<()> {
    match bench {
        Bench::Rows => rows::run(),
        Bench::Alarms => alarms::run(),
        Bench::Check => check::run(),
        Bench::Sockets => sockets::run(),
    }
}
