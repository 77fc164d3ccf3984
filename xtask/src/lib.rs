//! Builds the Workers of this repository and runs them in workerd, for the commands of
//! `cargo xtask` and for the tests.

use std::{ffi::OsStr, path::Path, process::Command};

use anyhow::{Context, Result, ensure};

pub mod tools;
pub mod worker;
pub mod workerd;

/// The folder of the workspace.
pub fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().expect("xtask is a folder of the workspace")
}

/// Runs a command in sight of the user; an error says which one failed.
pub fn run(command: &mut Command) -> Result<()> {
    let line = [command.get_program()]
        .into_iter()
        .chain(command.get_args())
        .collect::<Vec<_>>()
        .join(OsStr::new(" "));
    let line = line.display();
    let status = command
        .status()
        .with_context(|| format!("cannot start `{line}`"))?;
    ensure!(status.success(), "`{line}` failed ({status})");
    Ok(())
}
