//! `cargo xtask test`

use std::{env, fs, path::Path, process::Command, thread, time::Instant};

use actors_harness::{
    root, run as run_command,
    tools::{self, WASM},
    worker,
};
use anyhow::{Context, Result, anyhow};

/// The crates that a Worker consists of.
const WORKER_CRATES: [&str; 11] = [
    "actors-core",
    "actors-bench",
    "actors-bench-one-method",
    "actors-bench-small",
    "actors-bench-small-workers-rs",
    "actors-bench-workers-rs",
    "actors-by-hand",
    "actors-examples",
    "actors-fixtures",
    "actors-front",
    "actors-outside",
];

pub(crate) fn run() -> Result<()> {
    let start = Instant::now();
    // Installed beside what needs none of them.
    let tools = thread::spawn(tools::ensure);
    headline("format");
    cargo("fmt --all --check")?;
    headline("clippy");
    cargo("clippy --workspace --all-targets -- -D warnings")?;
    cargo("clippy -p actors-core --no-default-features -- -D warnings")?;
    headline("clippy for Wasm");
    let tools = tools
        .join()
        .map_err(|_| anyhow!("installing the tools panicked"))??;
    // With the profile of the Workers, for which the macros and their SQLite are compiled anyway.
    let packages = WORKER_CRATES.map(|name| format!("-p {name}")).join(" ");
    cargo(&format!(
        "clippy {packages} --lib --release --target {WASM} -- -D warnings"
    ))?;
    headline("documentation");
    run_command(
        cargo_command("doc --workspace --no-deps --all-features")
            .env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    headline("Workers");
    let tests = ["by-hand", "fixtures", "front", "outside"].map(|name| format!("tests/{name}"));
    for folder in tests.iter().map(String::as_str).chain(["actors-examples"]) {
        worker::build(&root().join(folder))?;
    }
    headline("tests");
    cargo("test --workspace")?;
    headline("wrangler deploy --dry-run");
    wrangler_dry_run(&tools)?;
    println!("\nall passed in {} s", start.elapsed().as_secs());
    Ok(())
}

fn headline(text: &str) {
    eprintln!("\n== {text}");
}

fn cargo(args: &str) -> Result<()> {
    run_command(&mut cargo_command(args))
}

fn cargo_command(args: &str) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args(args.split(' ')).current_dir(root());
    cargo
}

/// Bundles the examples as a user's `wrangler deploy` does, build command included.
fn wrangler_dry_run(tools: &tools::Tools) -> Result<()> {
    let bin = tools::ensure_wrangler()?;
    let folder = tools::folder().join("wrangler");
    let bundle = folder.join("bundle");
    let _ = fs::remove_dir_all(&bundle);
    let mut path = vec![bin.clone(), tools::folder().join("bin")];
    path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    run_command(
        Command::new(bin.join("wrangler"))
            .args(["deploy", "--dry-run", "--outdir"])
            .arg(&bundle)
            .current_dir(root().join("actors-examples"))
            .env("PATH", env::join_paths(path)?)
            .envs(tools.env())
            .env("CI", "1")
            .env("WRANGLER_SEND_METRICS", "false")
            .env("XDG_CONFIG_HOME", &folder),
    )?;
    show_bundle(&bundle)
}

/// Lists the script and the Wasm file that wrangler would upload.
fn show_bundle(folder: &Path) -> Result<()> {
    let names = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().display().to_string()));
    let names = names.collect::<Result<Vec<_>>>()?;
    for wanted in ["index.js", "index_bg.wasm"] {
        let name = names.iter().find(|name| name.ends_with(wanted));
        let name = name.with_context(|| format!("the bundle lacks {wanted}: {names:?}"))?;
        eprintln!("{name}: {} bytes", fs::metadata(folder.join(name))?.len());
    }
    Ok(())
}
