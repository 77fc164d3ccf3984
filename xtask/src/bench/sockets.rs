//! Web sockets: replies to one, and broadcasts to many.

use std::{
    io::Read,
    net::TcpStream,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, ensure};
use tungstenite::{WebSocket, client};

use super::{programs::Who, stage::Stage};

/// How many sockets are in the room.
const SOCKETS: usize = 100;

/// How many messages are sent at a time: all that are received fit into the buffers.
const AT_A_TIME: usize = 20;

const TEXT: &str = "what one says and others hear";

/// A room, and all its clients.
pub(super) struct Room(Vec<WebSocket<TcpStream>>);

impl Stage {
    /// Measures how many messages per second one socket gets replies to, each sent once the
    /// reply to the previous one has arrived.
    pub(super) fn answers(&mut self, who: Who) -> Result<f64> {
        self.rounds(who, |room| room.exchange("echo", 1, 1))
    }

    /// Measures how many messages per second arrive, of those sent to all.
    pub(super) fn broadcasts(&mut self, who: Who) -> Result<f64> {
        self.rounds(who, |room| room.exchange("say", AT_A_TIME, SOCKETS))
    }

    /// How many messages per second arrive.
    fn rounds(&mut self, who: Who, round: impl Fn(&mut Room) -> Result<usize>) -> Result<f64> {
        let (time, port) = (self.time(), self.port(who));
        let room = &mut self.rooms[who as usize];
        let room = match room {
            Some(room) => room,
            None => room.insert(Room::open(who, port)?),
        };
        let (start, mut heard) = (Instant::now(), 0);
        while start.elapsed() < time {
            heard += round(room)?;
        }
        Ok(heard as f64 / start.elapsed().as_secs_f64())
    }
}

impl Room {
    fn open(who: Who, port: u16) -> Result<Self> {
        // @cloudflare/actors puts the path of sockets first.
        let path = match who {
            Who::CloudflareActors => "ws/room",
            _ => "objects/room/ws",
        };
        let url = format!("ws://127.0.0.1:{port}/{path}?name=ann");
        let sockets = (0..SOCKETS).map(|_| connect(port, &url));
        sockets.collect::<Result<_>>().map(Self)
    }

    /// Sends so many messages from one socket, waits until all receivers have all of them,
    /// and returns how many those are.
    fn exchange(&mut self, kind: &str, messages: usize, receivers: usize) -> Result<usize> {
        let message = format!(r#"{{"type":"{kind}","text":"{TEXT}"}}"#);
        let said = format!(r#"{{"type":"said","who":"ann","text":"{TEXT}"}}"#);
        for _ in 0..messages {
            self.0[0].write(message.as_str().into())?;
        }
        self.0[0].flush()?;
        // A frame of a short text is two bytes longer than the text.
        let mut frames = vec![0; messages * (said.len() + 2)];
        for socket in &mut self.0[..receivers] {
            let stream = socket.get_mut();
            stream
                .read_exact(&mut frames)
                .context("a message is missing")?;
            ensure!(frames.ends_with(said.as_bytes()), "another message came");
        }
        Ok(messages * receivers)
    }
}

fn connect(port: u16, url: &str) -> Result<WebSocket<TcpStream>> {
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let (socket, _) = client(url, stream).map_err(|error| anyhow!("no web socket: {error}"))?;
    Ok(socket)
}
