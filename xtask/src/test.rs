//! `cargo xtask test`. What is compiled for Wasm and what for the host is in different folders of
//! `target`, so that both are compiled, and checked, side by side.

mod steps;

use std::{
    env, fs, iter,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, PoisonError},
    thread,
    time::Instant,
};

use actors_harness::{
    root,
    tools::{self, WASM},
    worker,
};
use anyhow::{Context, Result, anyhow, bail};
use serde::Deserialize;
use steps::{Steps, output};

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

/// The Workers that tests run.
const WORKERS: [&str; 5] = [
    "tests/by-hand",
    "tests/fixtures",
    "tests/front",
    "tests/outside",
    "actors-examples",
];

/// How many test programs run at once: many wait for workerd or a browser most of the time.
const AT_ONCE: usize = 2;

/// How many tests a program runs at once, for the same reason.
const THREADS: &str = "3";

/// The test program that takes longest of those that run together, and so begins first.
const LONGEST: &str = "behaviour";

/// A program of tests.
struct Test {
    name: String,
    command: Command,
}

pub(crate) fn run() -> Result<()> {
    let start = Instant::now();
    let steps = Steps::default();
    let result = all(&steps);
    steps.verdict()?;
    result?;
    println!("\nall passed in {} s", start.elapsed().as_secs());
    Ok(())
}

fn all(steps: &Steps) -> Result<()> {
    cargo(steps, "format", "fmt --all --check")?;
    let tests = thread::scope(|scope| {
        let wasm = scope.spawn(|| for_wasm(steps));
        let tests = for_host(steps);
        wasm.join().map_err(|_| anyhow!("a check panicked"))??;
        tests
    })?;
    together(steps, tests)
}

/// Checks and builds what is compiled for Wasm.
fn for_wasm(steps: &Steps) -> Result<()> {
    let tools = steps.step("tools", tools::ensure)?;
    // With the profile of the Workers, for which the macros and their SQLite are compiled anyway.
    let packages = WORKER_CRATES.map(|name| format!("-p {name}")).join(" ");
    let clippy = format!("clippy {packages} --lib --release --target {WASM} -- -D warnings");
    cargo(steps, "clippy for Wasm", &clippy)?;
    for folder in WORKERS {
        let name = format!("Worker in {folder}");
        steps.step(&name, || worker::build(&root().join(folder)))?;
    }
    let bundle = steps.step("wrangler deploy --dry-run", || wrangler_dry_run(&tools))?;
    show_bundle(&bundle)
}

/// Checks and builds what is compiled for the host, checks the compile errors, which need no
/// Worker, and returns the other tests.
fn for_host(steps: &Steps) -> Result<Vec<Test>> {
    let clippy = "clippy --workspace --all-targets -- -D warnings";
    cargo(steps, "clippy", clippy)?;
    let clippy = "clippy -p actors-core --no-default-features -- -D warnings";
    cargo(steps, "clippy without features", clippy)?;
    let mut doc = cargo_command("doc --workspace --no-deps --all-features");
    doc.env("RUSTDOCFLAGS", "-D warnings");
    steps.command("documentation", doc)?;
    let tests = steps.step("compile the tests", compile_tests)?;
    let (ui, mut others): (Vec<_>, Vec<_>) = tests
        .into_iter()
        .partition(|test| test.name == "tests/ui: ui");
    for test in ui {
        steps.command(&test.name, test.command)?;
    }
    others.push(Test {
        name: "examples in the documentation".to_owned(),
        command: cargo_command("test --workspace --doc"),
    });
    Ok(others)
}

/// Runs tests, several at once.
fn together(steps: &Steps, mut tests: Vec<Test>) -> Result<()> {
    tests.sort_by_key(|test| !test.name.ends_with(LONGEST));
    let tests = Mutex::new(tests.into_iter());
    let next = || tests.lock().unwrap_or_else(PoisonError::into_inner).next();
    let run = |mut test: Test| {
        test.command.env("RUST_TEST_THREADS", THREADS);
        steps.command(&test.name, test.command)
    };
    thread::scope(|scope| {
        let threads = [(); AT_ONCE].map(|()| scope.spawn(|| iter::from_fn(next).try_for_each(run)));
        for thread in threads {
            thread
                .join()
                .map_err(|_| anyhow!("a test's thread panicked"))??;
        }
        Ok(())
    })
}

/// Compiles all tests but those in the documentation.
fn compile_tests() -> Result<Vec<Test>> {
    let mut cargo = cargo_command("test --workspace --no-run");
    let output = cargo
        .arg("--message-format=json-render-diagnostics")
        .output()
        .context("cannot start cargo")?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr));
    }
    let messages = String::from_utf8(output.stdout)?;
    Ok(messages.lines().filter_map(test_program).collect())
}

/// The test program that one of cargo's messages reports, as cargo would run it.
fn test_program(message: &str) -> Option<Test> {
    #[derive(Deserialize)]
    struct Artifact {
        manifest_path: PathBuf,
        target: Target,
        profile: Profile,
        executable: Option<PathBuf>,
    }
    #[derive(Deserialize)]
    struct Target {
        name: String,
    }
    #[derive(Deserialize)]
    struct Profile {
        test: bool,
    }
    let artifact: Artifact = serde_json::from_str(message).ok()?;
    let program = artifact.executable.filter(|_| artifact.profile.test)?;
    let folder = artifact.manifest_path.parent()?;
    let shown = folder.strip_prefix(root()).unwrap_or(folder).display();
    let mut command = Command::new(program);
    command
        .current_dir(folder)
        .env("CARGO_MANIFEST_DIR", folder);
    Some(Test {
        name: format!("{shown}: {}", artifact.target.name),
        command,
    })
}

fn cargo(steps: &Steps, name: &str, args: &str) -> Result<()> {
    steps.command(name, cargo_command(args))
}

fn cargo_command(args: &str) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args(args.split(' ')).current_dir(root());
    cargo
}

/// Bundles the examples as a user's `wrangler deploy` does, build command included, and returns
/// the folder of the bundle.
fn wrangler_dry_run(tools: &tools::Tools) -> Result<PathBuf> {
    let bin = tools::ensure_wrangler()?;
    let folder = tools::folder().join("wrangler");
    let bundle = folder.join("bundle");
    let _ = fs::remove_dir_all(&bundle);
    let mut path = vec![bin.clone(), tools::folder().join("bin")];
    path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    let mut wrangler = Command::new(bin.join("wrangler"));
    wrangler
        .args(["deploy", "--dry-run", "--outdir"])
        .arg(&bundle)
        .current_dir(root().join("actors-examples"))
        .env("PATH", env::join_paths(path)?)
        .envs(tools.env())
        .env("CI", "1")
        .env("WRANGLER_SEND_METRICS", "false")
        .env("XDG_CONFIG_HOME", &folder);
    output(wrangler)?;
    Ok(bundle)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_test_programs() {
        let message = |test: bool, executable: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","manifest_path":"{}/tests/front/Cargo.toml",
                "target":{{"name":"same"}},"profile":{{"test":{test}}},"executable":{executable}}}"#,
                root().display()
            )
        };
        let found = test_program(&message(true, r#""/t/same-1""#)).unwrap();
        assert_eq!(found.name, "tests/front: same");
        assert_eq!(found.command.get_program(), "/t/same-1");
        assert_eq!(
            found.command.get_current_dir(),
            Some(&*root().join("tests/front"))
        );
        assert!(test_program(&message(false, r#""/t/program""#)).is_none());
        assert!(test_program(&message(true, "null")).is_none());
        assert!(test_program(r#"{"reason":"build-finished","success":true}"#).is_none());
    }
}
