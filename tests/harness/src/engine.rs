//! A stand-in for a container engine: `engine.mjs`, which starts plain processes.

use std::{
    env,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{self, Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use anyhow::{Context, Result, ensure};

use crate::root;

/// A running stand-in. It ends with the value, and with the process, and all containers with it.
pub struct Engine {
    node: Child,
    socket: PathBuf,
}

impl Engine {
    /// Starts it on a unix socket of its own.
    ///
    /// # Errors
    ///
    /// Node cannot be started, or the socket cannot be opened.
    pub fn start() -> Result<Engine> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        // Not in a folder of ours: the path of a socket has at most 107 bytes.
        let name = format!("engine-{}-{number}.sock", process::id());
        let socket = env::temp_dir().join(name);
        let mut node = Command::new("node")
            .arg(root().join("tests/harness/src/engine.mjs"))
            .arg(&socket)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start node")?;
        let mut line = String::new();
        BufReader::new(node.stdout.take().expect("stdout is piped")).read_line(&mut line)?;
        ensure!(
            line == "listening\n",
            "the stand-in for an engine does not start"
        );
        Ok(Engine { node, socket })
    }

    /// Returns the path of its socket.
    pub fn socket(&self) -> &Path {
        &self.socket
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.node.stdin = None;
        let _ = self.node.wait();
    }
}
