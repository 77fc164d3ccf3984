//! `cargo xtask dev`

use std::{
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use actors_harness::{engine::Engine, root, worker::Worker, workerd::Server};
use anyhow::{Context, Result, bail};
use signal_hook::consts::{SIGINT, SIGTERM};

/// Requests to try the examples with: a path and a JSON body.
const TRY: [(&str, &str); 1] = [("/limits/demo/alice", r#"{"limit": 5, "period": 60}"#)];

pub(crate) fn run(port: u16) -> Result<()> {
    TcpListener::bind(("127.0.0.1", port)).with_context(|| {
        format!("cannot listen on 127.0.0.1:{port}; another port: `cargo xtask dev --port <port>`")
    })?;
    let examples = Worker::from_crate(&root().join("actors-examples"))?;
    let engine = Engine::start()?;
    let examples = examples.with_engine(engine.socket());

    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, stop.clone())?;
    }
    let mut server = Server::start(&[examples], &root().join(".dev"), Some(port))?;
    server.echo();
    println!("listening on {}", server.url());
    println!("open it in a browser, or try it here (Ctrl-C stops it):");
    for (path, body) in TRY {
        println!("  curl -d '{body}' {}{path}", server.url());
    }

    while server.is_running() {
        if stop.load(Ordering::Relaxed) {
            server.stop();
            return Ok(());
        }
        thread::sleep(Duration::from_millis(50));
    }
    bail!("workerd stopped")
}
