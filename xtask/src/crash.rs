//! `cargo xtask crash`

use std::process::Command;

use actors_harness::root;
use anyhow::{Result, ensure};

pub(crate) fn run(kills: u32, seed: Option<u64>) -> Result<()> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["test", "-q", "-p", "actors-tests", "--test", "crash", "--"])
        .args(["--kills", &kills.to_string()])
        .current_dir(root());
    if let Some(seed) = seed {
        cargo.args(["--seed", &seed.to_string()]);
    }
    // The verdict is its last line, so only an error is printed after it.
    ensure!(
        cargo.status()?.success(),
        "an alarm or a task was lost, or did something twice"
    );
    Ok(())
}
