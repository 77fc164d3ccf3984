//! The four programs, and the small ones that are only measured by size.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use actors_harness::{
    root, run as run_command, tools,
    worker::{self, Binding, Module, Object, Worker},
};
use anyhow::Result;
use flate2::{Compression, write::GzEncoder};

/// The implementation of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Js,
    CloudflareActors,
    WorkersRs,
    Ours,
}

impl Who {
    /// In the order of their turns and their columns.
    pub(super) const ALL: [Who; 4] = [Who::Js, Who::CloudflareActors, Who::WorkersRs, Who::Ours];

    /// The name in the results and of the folder in `tests/bench`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Who::Js => "js",
            Who::CloudflareActors => "cloudflare-actors",
            Who::WorkersRs => "workers-rs",
            Who::Ours => "ours",
        }
    }

    /// workers-rs has no server side of native RPC.
    pub(super) fn has_rpc(self) -> bool {
        self != Who::WorkersRs
    }

    fn is_rust(self) -> bool {
        matches!(self, Who::WorkersRs | Who::Ours)
    }
}

fn folder() -> PathBuf {
    root().join("tests/bench")
}

/// The Worker of each program, and finally the one that calls them by RPC.
pub(super) fn workers() -> Result<Vec<Worker>> {
    let mut workers = Who::ALL
        .map(program)
        .into_iter()
        .collect::<Result<Vec<_>>>()?;
    let namespace = |who: Who| {
        let name = who.name().to_owned();
        (name.clone(), Binding::ObjectOf("Bench".to_owned(), name))
    };
    workers.push(Worker {
        name: "driver".to_owned(),
        objects: Vec::new(),
        bindings: Who::ALL.map(namespace).into(),
        ..script("driver.js", folder().join("driver.js"))
    });
    Ok(workers)
}

fn program(who: Who) -> Result<Worker> {
    if who.is_rust() {
        return Worker::from_crate(&folder().join(who.name()));
    }
    let mut worker = script("program.js", bundle(who, "program.js")?);
    worker.name = who.name().to_owned();
    Ok(worker)
}

/// A Worker of one script that exports the class `Bench`.
fn script(name: &str, path: PathBuf) -> Worker {
    // @cloudflare/actors looks up the binding by the class's name.
    let bindings = ["BENCH", "Bench"];
    let class = "Bench".to_owned();
    Worker {
        name: name.to_owned(),
        modules: vec![Module {
            name: name.to_owned(),
            path,
        }],
        bindings: bindings
            .map(|name| (name.to_owned(), Binding::Object(class.clone())))
            .into(),
        objects: vec![Object {
            class,
            sqlite: true,
            container: None,
        }],
        compatibility_date: "2026-11-01".to_owned(),
        compatibility_flags: Vec::new(),
        engine: None,
    }
}

/// Bundles a script as `wrangler deploy --minify` does, and returns the file.
fn bundle(who: Who, name: &str) -> Result<PathBuf> {
    let bundle = super::folder().join(format!("{}-{name}", who.name()));
    let mut esbuild = Command::new(tools::ensure()?.esbuild);
    esbuild.arg(folder().join(who.name()).join(name)).args([
        "--bundle",
        "--format=esm",
        "--minify",
        "--keep-names",
        "--external:cloudflare:workers",
        "--log-level=error",
    ]);
    esbuild.arg(format!("--outfile={}", bundle.display()));
    run_command(esbuild.env("NODE_PATH", tools::ensure_bench()?))?;
    Ok(bundle)
}

/// What is measured by size, and the kilobytes of each program.
type Size = (&'static str, [Option<f64>; 4]);

/// Builds the small programs, and returns their sizes.
pub(super) fn sizes() -> Result<Vec<Size>> {
    let (mut small, mut one_method) = ([None; 4], [None; 4]);
    for who in Who::ALL {
        small[who as usize] = Some(size_of_small(who)?);
        one_method[who as usize] = size_of_one_method(who)?;
    }
    Ok(vec![
        ("small actor: Wasm and JS, gzipped", small),
        ("actor with one method: Wasm, gzipped", one_method),
    ])
}

/// The kilobytes, gzipped, of everything uploaded for the small actor.
fn size_of_small(who: Who) -> Result<f64> {
    if !who.is_rust() {
        return gzipped(&bundle(who, "small.js")?);
    }
    let build = worker::build(&folder().join("small").join(who.name()))?;
    Ok(gzipped(&build.join("index.js"))? + gzipped(&build.join("index_bg.wasm"))?)
}

/// The kilobytes, gzipped, of the Wasm of an actor with one method, if there is any.
fn size_of_one_method(who: Who) -> Result<Option<f64>> {
    if !who.is_rust() {
        return Ok(None);
    }
    let build = worker::build(&folder().join("one-method").join(who.name()))?;
    gzipped(&build.join("index_bg.wasm")).map(Some)
}

fn gzipped(file: &Path) -> Result<f64> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&fs::read(file)?)?;
    Ok(encoder.finish()?.len() as f64 / 1000.0)
}
