//! `cargo xtask bench`: the same work by several implementations, side by side in one run,
//! as ratios.

mod rows;
mod sockets;

use anyhow::Result;
use clap::Subcommand;

#[derive(Subcommand)]
pub(crate) enum Bench {
    /// Statements and rows: an actor, workers-rs by hand, JavaScript
    Rows,
    /// Broadcasts to a thousand web sockets, and answers to one: an actor, JavaScript
    Sockets,
}

pub(crate) fn run(bench: &Bench) -> Result<()> {
    match bench {
        Bench::Rows => rows::run(),
        Bench::Sockets => sockets::run(),
    }
}
