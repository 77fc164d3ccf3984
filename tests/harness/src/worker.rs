//! Workers: their parts, and how to build one from a crate.

use std::{
    collections::BTreeMap,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use crate::{
    root,
    tools::{self, WASM},
};

/// A Worker for workerd to run.
#[derive(Clone, Debug, PartialEq)]
pub struct Worker {
    /// The name that other Workers bind it by; its objects' data is stored under it.
    pub name: String,
    /// Its files, the entry point first.
    pub modules: Vec<Module>,
    /// The Durable Object classes that the entry point exports.
    pub objects: Vec<Object>,
    /// The values in `env`, by name.
    pub bindings: Vec<(String, Binding)>,
    /// The date that selects the runtime's behaviour.
    pub compatibility_date: String,
    /// Flags for further changes of behaviour.
    pub compatibility_flags: Vec<String>,
    /// The unix socket of the container engine. Without one, no object has a container.
    pub engine: Option<PathBuf>,
}

/// A file of a Worker: WebAssembly if its name ends in `.wasm`, else a JavaScript module.
#[derive(Clone, Debug, PartialEq)]
pub struct Module {
    /// The path by which it is imported.
    pub name: String,
    /// The file on disk.
    pub path: PathBuf,
}

/// A Durable Object class.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// The name of the exported class.
    pub class: String,
    /// Whether its storage is SQLite.
    pub sqlite: bool,
    /// The image of the container that each object has.
    pub container: Option<String>,
}

/// A value in a Worker's `env`.
#[derive(Clone, Debug, PartialEq)]
pub enum Binding {
    /// A string.
    Text(String),
    /// Any other value, as JSON.
    Json(String),
    /// The namespace of one of the Worker's own Durable Object classes.
    Object(String),
    /// The namespace of a Durable Object class of another Worker: the class, and the Worker's name.
    ObjectOf(String, String),
    /// Another Worker, by its name.
    Service(String),
}

impl Worker {
    /// Builds the Worker in a crate's folder, and returns it as its `wrangler.toml` describes it.
    ///
    /// # Errors
    ///
    /// The `wrangler.toml` cannot be read or used, or those of [`build`].
    pub fn from_crate(folder: &Path) -> Result<Worker> {
        let config = folder.join("wrangler.toml");
        let config = fs::read_to_string(&config)
            .with_context(|| format!("cannot read {}", config.display()))?;
        let mut worker = Worker::from_wrangler(&config)
            .with_context(|| format!("cannot use the wrangler.toml in {}", folder.display()))?;
        let build = build(folder)?;
        for name in OUTPUTS {
            worker.modules.push(Module {
                name: name.to_owned(),
                path: build.join(name),
            });
        }
        Ok(worker)
    }

    /// Returns the Worker with another entry point in front, which can import `./index.js`.
    ///
    /// `name` is the name of the module, `path` its file.
    pub fn with_main(mut self, name: &str, path: impl Into<PathBuf>) -> Worker {
        let (name, path) = (name.to_owned(), path.into());
        self.modules.insert(0, Module { name, path });
        self
    }

    /// Returns the Worker with an additional module, which can be imported by that name.
    pub fn with_module(mut self, name: &str, path: impl Into<PathBuf>) -> Worker {
        let (name, path) = (name.to_owned(), path.into());
        self.modules.push(Module { name, path });
        self
    }

    /// Returns the Worker with containers, which the engine at that unix socket runs.
    pub fn with_engine(mut self, socket: &Path) -> Worker {
        self.engine = Some(socket.to_owned());
        self
    }

    /// A Worker as described by the text of its `wrangler.toml`, still without modules.
    fn from_wrangler(text: &str) -> Result<Worker> {
        let config: Wrangler = toml::from_str(text)?;
        let object = |class: String, sqlite| Object {
            container: config
                .containers
                .iter()
                .find(|of| of.class_name == class)
                .map(|of| of.image.clone()),
            class,
            sqlite,
        };
        let sqlite = |class| object(class, true);
        let other = |class| object(class, false);
        let objects = config.migrations.into_iter().flat_map(|migration| {
            let with_sqlite = migration.new_sqlite_classes.into_iter().map(sqlite);
            with_sqlite.chain(migration.new_classes.into_iter().map(other))
        });
        let exports = config.exports.into_iter();
        let exports = exports.filter(|(_, export)| export.kind == "durable-object");
        let exported = exports.filter_map(|(class, export)| match &*export.storage? {
            "sqlite" => Some(sqlite(class)),
            _ => Some(other(class)),
        });
        // Those of another Worker are bound by who runs it, too.
        let namespaces = config.durable_objects.bindings.into_iter();
        let namespaces = namespaces.filter(|namespace| namespace.script_name.is_none());
        let namespaces = namespaces.map(|b| (b.name, Binding::Object(b.class_name)));
        let vars = config.vars.into_iter().map(|(name, value)| match value {
            toml::Value::String(text) => Ok((name, Binding::Text(text))),
            other => Ok((name, Binding::Json(serde_json::to_string(&other)?))),
        });
        Ok(Worker {
            name: config.name,
            modules: Vec::new(),
            objects: objects.chain(exported).collect(),
            bindings: namespaces.map(Ok).chain(vars).collect::<Result<_>>()?,
            compatibility_date: config.compatibility_date,
            compatibility_flags: config.compatibility_flags,
            engine: None,
        })
    }
}

/// The part of a `wrangler.toml` that workerd needs.
#[derive(Deserialize)]
struct Wrangler {
    name: String,
    compatibility_date: String,
    #[serde(default)]
    compatibility_flags: Vec<String>,
    #[serde(default)]
    durable_objects: DurableObjects,
    #[serde(default)]
    migrations: Vec<Migration>,
    #[serde(default)]
    exports: BTreeMap<String, Export>,
    #[serde(default)]
    containers: Vec<Container>,
    #[serde(default)]
    vars: BTreeMap<String, toml::Value>,
}

/// What the Worker exports; a class that is gone has no storage.
#[derive(Deserialize)]
struct Export {
    #[serde(rename = "type")]
    kind: String,
    storage: Option<String>,
}

#[derive(Deserialize)]
struct Container {
    class_name: String,
    image: String,
}

#[derive(Default, Deserialize)]
struct DurableObjects {
    bindings: Vec<Namespace>,
}

#[derive(Deserialize)]
struct Namespace {
    name: String,
    class_name: String,
    script_name: Option<String>,
}

#[derive(Deserialize)]
struct Migration {
    #[serde(default)]
    new_sqlite_classes: Vec<String>,
    #[serde(default)]
    new_classes: Vec<String>,
}

/// The output of worker-build for a crate.
const OUTPUTS: [&str; 2] = ["index.js", "index_bg.wasm"];

/// Builds the Worker in a crate's folder with worker-build and returns its `build` folder.
///
/// Cargo decides what to recompile. If the Wasm is that of the last build, the steps after it are
/// skipped: optimizing takes seconds, and a server may be reading the files.
///
/// # Errors
///
/// The tools cannot be installed, or the crate does not compile or is not a `cdylib`; the
/// compiler's output is on stderr.
pub fn build(folder: &Path) -> Result<PathBuf> {
    let tools = tools::ensure()?;
    let _lock = tools::lock()?;
    let build = folder.join("build");
    let stamp = build.join(".stamp");
    let wasm = compile(folder)?;
    if let Ok(current) = fingerprint(folder, &wasm)
        && fs::read_to_string(&stamp).is_ok_and(|stamp| stamp == current)
    {
        return Ok(build);
    }
    eprintln!("building the Worker in {}", folder.display());
    let mut worker_build = Command::new(&tools.worker_build);
    let output = worker_build
        .arg("--release")
        .current_dir(folder)
        .envs(tools.env())
        .env_remove("RUST_BACKTRACE")
        .output()
        .context("cannot start worker-build")?;
    if !output.status.success() {
        let (out, err) = (output.stdout, output.stderr);
        let (out, err) = (String::from_utf8_lossy(&out), String::from_utf8_lossy(&err));
        bail!("worker-build failed in {}:\n{out}{err}", folder.display());
    }
    fs::write(stamp, fingerprint(folder, &wasm)?)?;
    Ok(build)
}

/// Compiles a crate as worker-build does and returns the Wasm file.
fn compile(folder: &Path) -> Result<PathBuf> {
    let output = Command::new("cargo")
        .args(["build", "--lib", "--release", "--target", WASM])
        .arg("--message-format=json-render-diagnostics")
        // worker-build sets it, and wasm-bindgen's macros expand differently without it.
        .env("WASM_BINDGEN_USE_JS_SYS", "1")
        .current_dir(folder)
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start cargo")?;
    ensure!(
        output.status.success(),
        "cannot compile {}",
        folder.display()
    );
    let messages = String::from_utf8(output.stdout)?;
    wasm_file(&messages).with_context(|| {
        let manifest = folder.join("Cargo.toml");
        format!("{} needs crate-type = [\"cdylib\"]", manifest.display())
    })
}

/// The last Wasm file named in cargo's messages: that of the crate itself.
fn wasm_file(messages: &str) -> Option<PathBuf> {
    #[derive(Deserialize)]
    struct Message {
        #[serde(default)]
        filenames: Vec<PathBuf>,
    }
    let messages = messages.lines().rev();
    let messages = messages.filter_map(|line| serde_json::from_str::<Message>(line).ok());
    let mut files = messages.flat_map(|message| message.filenames);
    files.find(|file| {
        file.extension()
            .is_some_and(|extension| extension == "wasm")
    })
}

/// A hash of everything that determines what worker-build does with a Wasm file, and of its output.
fn fingerprint(folder: &Path, wasm: &Path) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    let tools =
        ["Cargo.lock", "tests/harness/npm/runtime/package-lock.json"].map(|f| root().join(f));
    let inputs = [wasm.to_owned(), folder.join("Cargo.toml")];
    let outputs = OUTPUTS.map(|name| folder.join("build").join(name));
    for file in tools.iter().chain(&inputs).chain(&outputs) {
        fs::read(file)?.hash(&mut hasher);
    }
    Ok(hasher.finish().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_wrangler_config() {
        let worker = Worker::from_wrangler(
            r#"
                name = "example"
                main = "build/index.js"
                compatibility_date = "2026-11-01"
                compatibility_flags = ["nodejs_compat"]
                [build]
                command = "worker-build --release"
                [[durable_objects.bindings]]
                name = "ROOM"
                class_name = "Room"
                [[durable_objects.bindings]]
                name = "FAR"
                class_name = "Far"
                script_name = "away"
                [[migrations]]
                tag = "v1"
                new_sqlite_classes = ["Room"]
                [[migrations]]
                tag = "v2"
                new_classes = ["Old"]
                [exports.Hall]
                type = "durable-object"
                storage = "sqlite"
                [exports.Gone]
                type = "durable-object"
                state = "deleted"
                [vars]
                GREETING = "hello"
                LIMITS = { max = 5 }
                [[containers]]
                class_name = "Hall"
                image = "node:24"
            "#,
        )
        .unwrap();
        let object = |class: &str, sqlite| Object {
            class: class.to_owned(),
            sqlite,
            container: (class == "Hall").then(|| "node:24".to_owned()),
        };
        let bindings = [
            ("ROOM", Binding::Object("Room".to_owned())),
            ("GREETING", Binding::Text("hello".to_owned())),
            ("LIMITS", Binding::Json(r#"{"max":5}"#.to_owned())),
        ];
        assert_eq!(
            worker,
            Worker {
                name: "example".to_owned(),
                modules: Vec::new(),
                objects: [("Room", true), ("Old", false), ("Hall", true)]
                    .map(|(class, sqlite)| object(class, sqlite))
                    .into(),
                bindings: bindings.map(|(name, b)| (name.to_owned(), b)).into(),
                compatibility_date: "2026-11-01".to_owned(),
                compatibility_flags: vec!["nodejs_compat".to_owned()],
                engine: None,
            }
        );
    }

    #[test]
    fn finds_the_wasm_file_of_the_crate() {
        let messages = r#"{"reason":"compiler-artifact","filenames":["/t/dependency.wasm"]}
{"reason":"compiler-artifact","filenames":["/t/libmacro.so"]}
{"reason":"compiler-artifact","filenames":["/t/libmain.rlib","/t/main.wasm"]}
{"reason":"build-finished","success":true}"#;
        assert_eq!(wasm_file(messages), Some(PathBuf::from("/t/main.wasm")));
    }
}
