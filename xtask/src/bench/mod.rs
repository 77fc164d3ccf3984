//! `cargo xtask bench`: ratios, measured side by side in one run.

use anyhow::Result;
use clap::Subcommand;

mod sockets;

/// What can be measured.
#[derive(Subcommand)]
pub(crate) enum Bench {
    /// Broadcasts to a thousand web sockets, and answers to one
    Sockets,
}

pub(crate) fn run(what: Bench) -> Result<()> {
    match what {
        Bench::Sockets => sockets::run(),
    }
}
