//! `cargo xtask bench alarms`: what it runs is in `tests/load/alarms.rs`.

use std::process::Command;

use actors_harness::{root, run as run_command};
use anyhow::Result;

pub(super) fn run() -> Result<()> {
    let mut cargo = Command::new("cargo");
    // What is measured is a Worker, which is built for release either way.
    cargo.args(["bench", "-q", "--profile", "dev"]);
    cargo.args(["-p", "actors-tests", "--bench", "alarms"]);
    run_command(cargo.current_dir(root()))
}
