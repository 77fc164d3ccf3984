//! `cargo xtask bench`: the same work by several implementations, in one workerd and one
//! run, as ratios.

mod rows;

use anyhow::Result;
use clap::Subcommand;

#[derive(Subcommand)]
pub(crate) enum Bench {
    /// Statements and rows: an actor, workers-rs by hand, JavaScript
    Rows,
}

pub(crate) fn run(bench: &Bench) -> Result<()> {
    match bench {
        Bench::Rows => rows::run(),
    }
}
