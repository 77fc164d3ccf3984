//! `cargo xtask bench sockets`

use std::{
    io::Read,
    net::TcpStream,
    time::{Duration, Instant},
};

use actors_harness::{
    root,
    worker::{Binding, Module, Object, Worker},
    workerd::Server,
};
use anyhow::{Context, Result};
use tungstenite::{WebSocket, client};

/// How many sockets are in the room.
const SOCKETS: usize = 1000;

/// How many messages one of them sends in a round: all fit into the buffers.
const BROADCASTS: usize = 50;
const ECHOES: usize = 2000;

/// How often both sides have their turn; the first is for the JIT compiler.
const ROUNDS: usize = 21;

pub(crate) fn run() -> Result<()> {
    rlimit::increase_nofile_limit(16_384)?;
    let disk = root().join("target/bench");
    let ours = Worker::from_crate(&root().join("tests/fixtures"))?;
    let mut sides = [
        Side::open("actors", ours, &disk)?,
        Side::open("by hand", by_hand(), &disk)?,
    ];
    println!(
        "{SOCKETS} sockets; medians of {} rounds, in turn",
        ROUNDS - 1
    );
    compare(&mut sides, "broadcasts × receivers", |side| {
        side.round("say", BROADCASTS, SOCKETS)
    })?;
    compare(&mut sides, "answers to one", |side| {
        side.round("echo", ECHOES, 1)
    })
}

/// The object that is written without the framework.
fn by_hand() -> Worker {
    Worker {
        name: "by-hand".to_owned(),
        modules: vec![Module {
            name: "sockets.js".to_owned(),
            path: root().join("xtask/src/bench/sockets.js"),
        }],
        objects: vec![Object {
            class: "Arena".to_owned(),
            sqlite: true,
        }],
        bindings: vec![("ARENA".to_owned(), Binding::Object("Arena".to_owned()))],
        compatibility_date: "2026-11-01".to_owned(),
        compatibility_flags: Vec::new(),
    }
}

/// Gives both sides their turns, and prints how many deliveries a second each comes to.
fn compare(
    sides: &mut [Side; 2],
    what: &str,
    round: impl Fn(&mut Side) -> Result<(usize, Duration)>,
) -> Result<()> {
    let mut rates = [Vec::new(), Vec::new()];
    for number in 0..ROUNDS {
        for (side, rates) in sides.iter_mut().zip(&mut rates) {
            let (deliveries, time) = round(side)?;
            if number > 0 {
                rates.push(deliveries as f64 / time.as_secs_f64());
            }
        }
    }
    let [ours, theirs] = rates.map(median);
    let [our_name, their_name] = [sides[0].name, sides[1].name];
    println!(
        "{what} a second: {our_name} {ours:.0}, {their_name} {theirs:.0}, ratio {:.2}",
        ours / theirs
    );
    Ok(())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A room in a workerd, and all its clients.
struct Side {
    name: &'static str,
    sockets: Vec<WebSocket<TcpStream>>,
    _server: Server,
}

impl Side {
    fn open(name: &'static str, worker: Worker, disk: &std::path::Path) -> Result<Self> {
        let server = Server::start(&[worker], &disk.join(name.replace(' ', "-")), None)?;
        let sockets = (0..SOCKETS)
            .map(|_| connect(server.port()))
            .collect::<Result<_>>()?;
        Ok(Self {
            name,
            sockets,
            _server: server,
        })
    }

    /// Has one socket send so many messages, waits until all receivers have all of
    /// them, and answers how many deliveries that is and how long it took.
    fn round(
        &mut self,
        kind: &str,
        messages: usize,
        receivers: usize,
    ) -> Result<(usize, Duration)> {
        let text = "what one says and others hear";
        let message = format!(r#"{{"type":"{kind}","text":"{text}"}}"#);
        let told = format!(r#"{{"type":"said","who":"ann","text":"{text}"}}"#);
        let start = Instant::now();
        for _ in 0..messages {
            self.sockets[0].write(message.as_str().into())?;
        }
        self.sockets[0].flush()?;
        // A frame of a short text is two bytes longer than the text.
        let mut frames = vec![0; messages * (told.len() + 2)];
        for socket in &mut self.sockets[..receivers] {
            socket
                .get_mut()
                .read_exact(&mut frames)
                .context("a message is missing")?;
            anyhow::ensure!(frames.ends_with(told.as_bytes()), "another message came");
        }
        Ok((messages * receivers, start.elapsed()))
    }
}

fn connect(port: u16) -> Result<WebSocket<TcpStream>> {
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let (socket, _) = client(format!("ws://127.0.0.1:{port}/arenas/one/ws"), stream)
        .map_err(|error| anyhow::anyhow!("no web socket: {error}"))?;
    Ok(socket)
}
