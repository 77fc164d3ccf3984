//! Builds the Workers of this repository and runs them in workerd, for the tests and for the
//! commands of `cargo xtask`.
//!
//! [`worker`] builds one from a crate's folder, [`workerd`] runs it, and [`tools`] installs the
//! programs that both need.

use std::{ffi::OsStr, path::Path, process::Command};

use anyhow::{Context, Result, ensure};

pub mod engine;
pub mod miniflare;
pub mod tools;
pub mod worker;
pub mod workerd;

/// Returns the folder of the workspace.
pub fn root() -> &'static Path {
    let harness = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = harness.ancestors().nth(2);
    root.expect("this crate is in `tests/harness` of the workspace")
}

/// Runs a command, with its output visible to the user.
///
/// # Errors
///
/// The command cannot be started or does not succeed; the error contains its command line.
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
