//! `cargo xtask bench`: the same program four ways, side by side in one workerd, as ratios.

mod alarms;
mod check;
mod http;
mod programs;
mod report;
mod sockets;
mod stage;
mod wake;
mod works;

use std::{fs, path::PathBuf};

use actors_harness::root;
use anyhow::Result;
use clap::{Args, Subcommand};

use self::report::Report;
use self::works::Group;

#[derive(Args)]
pub(crate) struct Bench {
    /// Fewer and shorter rounds: under three minutes for all, once it is built
    #[arg(long)]
    quick: bool,
    /// Only the works of one group
    #[arg(value_enum)]
    only: Option<Group>,
    #[command(subcommand)]
    other: Option<Other>,
}

#[derive(Subcommand)]
enum Other {
    /// What 300 statements that are checked add to `cargo check`
    Check,
    /// Write the last results to `tests/bench/RESULTS.md`
    Publish,
}

pub(crate) fn run(bench: &Bench) -> Result<()> {
    match bench.other {
        Some(Other::Check) => check::run(),
        Some(Other::Publish) => Report::publish(),
        None => {
            fs::create_dir_all(folder())?;
            works::run(bench.only, bench.quick)?.save(works::place)
        }
    }
}

/// Where results and what is made for them are.
fn folder() -> PathBuf {
    root().join("target/bench")
}
