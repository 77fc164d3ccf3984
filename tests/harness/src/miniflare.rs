//! miniflare: workerd, and on this machine all that a Worker can be bound to.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, Mutex, MutexGuard, mpsc},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};

use crate::{root, tools, worker};

/// How long miniflare may take until it listens.
const START: Duration = Duration::from_secs(60);

/// A running miniflare. It ends with the value, and with the process.
pub struct Miniflare {
    node: Child,
    stdin: Option<ChildStdin>,
    log: Arc<Mutex<String>>,
    url: String,
}

impl Miniflare {
    /// Builds and runs the Worker in a crate's folder, bound to what its `wrangler.toml` says. What
    /// it fetches, and the Worker and classes of the name `far`, are in `far.js`.
    ///
    /// # Errors
    ///
    /// Those of [`worker::build`]; or miniflare does not listen within a minute.
    pub fn start(folder: &Path) -> Result<Miniflare> {
        Miniflare::start_with(folder, "{}")
    }

    /// The same, with some of miniflare's options for the Worker, as JSON, in place of those.
    ///
    /// # Errors
    ///
    /// Those of [`start`](Self::start).
    pub fn start_with(folder: &Path, options: &str) -> Result<Miniflare> {
        worker::build(folder)?;
        let bin = tools::ensure_wrangler()?;
        let storage = empty(folder, options)?;
        let mut node = Command::new(bin.join("node"))
            .arg(root().join("tests/harness/src/miniflare.mjs"))
            .arg(bin.parent().context("wrangler is in a folder")?)
            .args([folder, &storage])
            .arg(options)
            .env("WRANGLER_SEND_METRICS", "false")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot start node")?;
        let log = Arc::<Mutex<String>>::default();
        let (listening, heard) = mpsc::channel();
        let stdout = node.stdout.take().expect("stdout is piped");
        let stderr = node.stderr.take().expect("stderr is piped");
        keep(stdout, log.clone(), Some(listening));
        keep(stderr, log.clone(), None);
        let mut server = Miniflare {
            stdin: node.stdin.take(),
            node,
            log,
            url: String::new(),
        };
        match heard.recv_timeout(START) {
            Ok(url) => server.url = url,
            Err(_) => bail!("miniflare does not listen:\n{}", server.log()),
        }
        Ok(server)
    }

    /// Returns its URL, without a trailing slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns what it has written so far.
    pub fn log(&self) -> String {
        lock(&self.log).clone()
    }
}

impl Drop for Miniflare {
    fn drop(&mut self) {
        // Its own workerd ends with it only if it is told.
        self.stdin = None;
        let _ = self.node.wait();
    }
}

/// An empty folder for what a Worker stores, which another one of the same crate may run beside.
fn empty(folder: &Path, options: &str) -> Result<PathBuf> {
    let name = folder.file_name().context("a Worker is in a folder")?;
    let mut hasher = DefaultHasher::new();
    options.hash(&mut hasher);
    let storage = root().join("target/miniflare").join(name);
    let storage = storage.join(hasher.finish().to_string());
    let _ = std::fs::remove_dir_all(&storage);
    std::fs::create_dir_all(&storage)?;
    Ok(storage)
}

/// Keeps the lines, and reports the URL.
fn keep(
    output: impl Read + Send + 'static,
    log: Arc<Mutex<String>>,
    listening: Option<mpsc::Sender<String>>,
) {
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if let (Some(listening), Some(url)) = (&listening, line.strip_prefix("listening on ")) {
                let _ = listening.send(url.to_owned());
            }
            let mut log = lock(&log);
            log.push_str(&line);
            log.push('\n');
        }
    });
}

fn lock(log: &Mutex<String>) -> MutexGuard<'_, String> {
    log.lock().expect("no holder of the log panics")
}
