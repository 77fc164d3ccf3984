//! `cargo xtask bench`

use std::process::Command;

use anyhow::Result;
use clap::ValueEnum;
use xtask::{root, run as run_command};

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum What {
    /// 100,000 alarms that are due at once
    Alarms,
}

pub(crate) fn run(what: What) -> Result<()> {
    let name = match what {
        What::Alarms => "alarms",
    };
    let mut cargo = Command::new("cargo");
    // What is measured is a Worker, which is built for release either way.
    cargo.args([
        "bench",
        "-q",
        "--profile",
        "dev",
        "-p",
        "actors-tests",
        "--bench",
        name,
    ]);
    run_command(cargo.current_dir(root()))
}
