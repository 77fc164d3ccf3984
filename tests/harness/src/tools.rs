//! The programs that build and run a Worker, installed into `.tools` once.

use std::{
    env::{
        self,
        consts::{ARCH, OS},
    },
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, PoisonError},
};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::{root, run};

/// The target that Workers are compiled for.
pub const WASM: &str = "wasm32-unknown-unknown";

/// The programs that build a Worker and run it.
#[derive(Clone, Debug)]
pub struct Tools {
    /// workers-rs' build command, as its users run it.
    pub worker_build: PathBuf,
    /// The wasm-bindgen CLI, in the version of the library in `Cargo.lock`.
    pub wasm_bindgen: PathBuf,
    /// Binaryen's optimizer; a script that node runs.
    pub wasm_opt: PathBuf,
    /// The bundler that worker-build calls.
    pub esbuild: PathBuf,
    /// The Workers runtime.
    pub workerd: PathBuf,
}

impl Tools {
    /// Returns the environment variables that make worker-build use these programs rather than
    /// download its own.
    pub fn env(&self) -> [(&'static str, &Path); 3] {
        [
            ("WASM_BINDGEN_BIN", &self.wasm_bindgen),
            ("WASM_OPT_BIN", &self.wasm_opt),
            ("ESBUILD_BIN", &self.esbuild),
        ]
    }
}

/// Installs whichever [`Tools`] are missing, and returns where they are.
///
/// Once per process; if nothing is missing, it costs a few calls of `--version`.
///
/// # Errors
///
/// npm or the Wasm target is missing and cannot be installed, or an installation fails.
pub fn ensure() -> Result<Tools> {
    static TOOLS: Mutex<Option<Tools>> = Mutex::new(None);
    let mut tools = TOOLS.lock().unwrap_or_else(PoisonError::into_inner);
    let found = match tools.take() {
        Some(found) => found,
        None => install()?,
    };
    Ok(tools.insert(found).clone())
}

fn install() -> Result<Tools> {
    let _lock = lock()?;
    ensure_wasm_target()?;
    let locked = fs::read_to_string(root().join("Cargo.lock")).context("cannot read Cargo.lock")?;
    // worker-build is released together with the worker library, under the same version.
    let worker_build = cargo_install("worker-build", "worker-build", &locked, "worker")?;
    let wasm_bindgen = cargo_install("wasm-bindgen-cli", "wasm-bindgen", &locked, "wasm-bindgen")?;
    let _ = fs::remove_dir_all(cargo_target());
    npm_install("runtime", |modules| {
        Ok(Tools {
            worker_build: worker_build.clone(),
            wasm_bindgen: wasm_bindgen.clone(),
            wasm_opt: existing(modules.join("binaryen/bin/wasm-opt"))?,
            esbuild: native(&modules.join("@esbuild"), "", "bin/esbuild")?,
            workerd: native(&modules.join("@cloudflare"), "workerd-", "bin/workerd")?,
        })
    })
}

/// Installs wrangler and the Node.js that it needs, and returns the folder of both programs.
///
/// # Errors
///
/// Those of [`ensure`].
pub fn ensure_wrangler() -> Result<PathBuf> {
    let _lock = lock()?;
    npm_install("wrangler", |modules| {
        native(modules, "node-", "bin/node")?;
        existing(modules.join(".bin/wrangler"))?;
        Ok(modules.join(".bin"))
    })
}

/// Installs what the benchmarks compare with, and returns the folder of the npm packages.
///
/// # Errors
///
/// Those of [`ensure`].
pub fn ensure_bench() -> Result<PathBuf> {
    let _lock = lock()?;
    npm_install("bench", |modules| existing(modules.to_owned()))
}

/// A browser, and its driver.
#[derive(Clone, Debug)]
pub struct Browser {
    /// Chromium, or its headless shell.
    pub chromium: PathBuf,
    /// Where node finds puppeteer.
    pub modules: PathBuf,
    /// The variables that Chromium needs.
    pub env: Vec<(&'static str, PathBuf)>,
}

/// Installs puppeteer, and a Chromium unless `PATH` has a `chromium`; returns where they are.
///
/// # Errors
///
/// Those of [`ensure`]; and npm has Chromium only for Linux on x86-64, so elsewhere the
/// system's package must be installed.
pub fn ensure_browser() -> Result<Browser> {
    let _lock = lock()?;
    let modules = npm_install("browser", |modules| {
        existing(modules.join("puppeteer-core"))?;
        Ok(modules.to_owned())
    })?;
    if let Some(chromium) = in_path("chromium") {
        return Ok(Browser {
            chromium,
            modules,
            env: Vec::new(),
        });
    }
    if (OS, ARCH) != ("linux", "x86_64") {
        bail!("install Chromium, so that `chromium` is in PATH: npm has none for {OS} on {ARCH}");
    }
    // Its package unpacks it into the folder for temporary files.
    let folder = folder().join("chromium");
    let browser = Browser {
        chromium: folder.join("chromium"),
        modules,
        env: vec![
            ("LD_LIBRARY_PATH", folder.join("al2023/lib")),
            ("FONTCONFIG_FILE", folder.join("fonts.conf")),
        ],
    };
    let stamp = folder.join("unpacked");
    if !stamp.exists() {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        let package = browser.modules.join("@sparticuz/chromium/build/index.js");
        let unpack = "await (await import(process.argv[1])).default.executablePath()";
        let mut node = Command::new("node");
        node.args(["--input-type=module", "--eval", unpack])
            .arg(package);
        // The package also contains libraries, for the environment that it is made for.
        node.env("TMPDIR", &folder)
            .env("AWS_EXECUTION_ENV", "AWS_Lambda_nodejs20.x");
        run(&mut node).context("cannot unpack Chromium")?;
        File::create(stamp)?;
    }
    // Each time, since the project may have been moved; without a font no text is displayed.
    let fonts = format!(
        "<fontconfig><dir>{0}/fonts</dir><cachedir>{0}/cache</cachedir></fontconfig>",
        folder.display()
    );
    fs::write(folder.join("fonts.conf"), fonts)?;
    Ok(browser)
}

/// Returns the folder of everything that is installed here, `.tools`.
pub fn folder() -> PathBuf {
    root().join(".tools")
}

/// Keeps other processes from installing or building until dropped.
pub(crate) fn lock() -> Result<File> {
    fs::create_dir_all(folder())?;
    let file = File::create(folder().join("lock"))?;
    if file.try_lock().is_err() {
        eprintln!("waiting for another process that is installing or building");
        file.lock()?;
    }
    Ok(file)
}

fn ensure_wasm_target() -> Result<()> {
    let libraries = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", WASM])
        .output()
        .context("cannot start rustc")?;
    let libraries = String::from_utf8(libraries.stdout)?;
    if Path::new(libraries.trim()).is_dir() {
        return Ok(());
    }
    eprintln!("adding the target {WASM}");
    run(Command::new("rustup").args(["target", "add", WASM])).with_context(|| {
        format!(
            "rustc lacks the target {WASM}: with rustup (https://rustup.rs), run `rustup target add {WASM}`; \
             with the Rust of a distribution, install its package of that target"
        )
    })
}

/// Where `cargo install` compiles; both programs share the dependencies they have in common.
fn cargo_target() -> PathBuf {
    folder().join("target")
}

/// Installs a program in the version that `Cargo.lock` has for its library.
fn cargo_install(package: &str, program: &str, locked: &str, library: &str) -> Result<PathBuf> {
    let version = locked_version(locked, library)?;
    let path = folder().join("bin").join(program);
    if answer(&path).is_some_and(|answer| answer.split_whitespace().last() == Some(&version)) {
        return Ok(path);
    }
    eprintln!("installing {package} {version} into .tools (once, a minute or two)");
    let mut cargo = Command::new("cargo");
    // A debug build takes a quarter of the time and is quick enough in use.
    cargo.args(["install", "--debug", "--force", "--root"]);
    cargo.arg(folder()).arg("--target-dir").arg(cargo_target());
    cargo.args(["--bin", program, &format!("{package}@{version}")]);
    // The caller's flags are for its own code, not for the tools.
    for variable in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET"] {
        cargo.env_remove(variable);
    }
    run(&mut cargo).with_context(|| format!("cannot install {package} {version}"))?;
    Ok(path)
}

/// Installs the packages of `tests/harness/npm/<set>`, unless they are there and `find` accepts
/// them.
fn npm_install<T>(set: &str, find: impl Fn(&Path) -> Result<T>) -> Result<T> {
    let pinned = root().join("tests/harness/npm").join(set);
    let folder = folder().join("npm").join(set);
    let modules = folder.join("node_modules");
    let installed = folder.join("installed.json");
    let lock = fs::read(pinned.join("package-lock.json"))?;
    if fs::read(&installed).is_ok_and(|installed| installed == lock)
        && let Ok(found) = find(&modules)
    {
        return Ok(found);
    }
    answer(Path::new("npm")).context(
        "npm is missing, which some of the tools come with: \
         install Node.js 20 or newer (https://nodejs.org, or a package of your system)",
    )?;
    eprintln!("installing the npm packages of tests/harness/npm/{set} into .tools");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(pinned.join(file), folder.join(file))?;
    }
    // The packages contain their programs, so their install scripts are not needed.
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    run(npm.arg("--loglevel=error").current_dir(&folder))?;
    fs::write(&installed, lock)?;
    find(&modules)
}

/// The program in the package that npm chose for this machine, among those for all platforms.
fn native(packages: &Path, prefix: &str, program: &str) -> Result<PathBuf> {
    let entries = fs::read_dir(packages).into_iter().flatten().flatten();
    for package in entries.filter(|e| e.file_name().to_string_lossy().starts_with(prefix)) {
        let program = package.path().join(program);
        if answer(&program).is_some() {
            return Ok(program);
        }
    }
    bail!("npm has no {program} that runs on this machine ({OS} {ARCH})")
}

fn existing(path: PathBuf) -> Result<PathBuf> {
    path.canonicalize()
        .with_context(|| format!("{} is missing", path.display()))
}

/// The program of that name that a shell would run.
fn in_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let mut programs = env::split_paths(&path).map(|folder| folder.join(program));
    programs.find(|program| answer(program).is_some())
}

/// What a program prints for `--version`, if it runs at all.
fn answer(program: &Path) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let answer = String::from_utf8(output.stdout).ok()?;
    output.status.success().then_some(answer)
}

/// The version of a package in the text of a `Cargo.lock`.
fn locked_version(lock: &str, package: &str) -> Result<String> {
    #[derive(Deserialize)]
    struct Lock {
        package: Vec<Package>,
    }
    #[derive(Deserialize)]
    struct Package {
        name: String,
        version: String,
    }
    let lock: Lock = toml::from_str(lock).context("cannot parse Cargo.lock")?;
    let found = lock.package.into_iter().find(|p| p.name == package);
    let found = found.with_context(|| format!("Cargo.lock has no package {package}"))?;
    Ok(found.version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_locked_version() {
        let lock = r#"
            version = 4
            [[package]]
            name = "wasm-bindgen-macro"
            version = "9.9.9"
            [[package]]
            name = "wasm-bindgen"
            version = "0.2.130"
            dependencies = ["cfg-if"]
        "#;
        assert_eq!(locked_version(lock, "wasm-bindgen").unwrap(), "0.2.130");
        assert!(locked_version(lock, "worker").is_err());
    }
}
