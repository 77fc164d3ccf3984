//! Many web sockets, and clients that mean no good: the others go on.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use actors_core::Message;
use serde_json::{Value, json};

use crate::client::{self, Client};
use crate::world::World;

/// A workerd with room for a crowd.
fn world(test: &str) -> World {
    rlimit::increase_nofile_limit(16_384).expect("the limit of open files");
    World::in_workerd(test)
}

fn port(world: &World) -> u16 {
    match world {
        World::Workerd(workerd) => workerd.server().port(),
        World::Native(_) => unreachable!("it has no port"),
    }
}

fn member(world: &World, name: &str) -> Client<'static> {
    let path = format!("/rooms/attic/ws?name={name}");
    let mut client = client::connect(port(world), &path, &[]).expect("a socket");
    assert_eq!(client.json()["type"], "welcome");
    client
}

fn names(world: &World) -> Vec<String> {
    let names = world.object("ROOM", "attic").ask("names", json!([]));
    serde_json::from_value(names).expect("a list of names")
}

#[test]
fn a_broadcast_reaches_a_thousand_in_order_and_none_twice() {
    const SOCKETS: usize = 1000;
    const MESSAGES: u32 = 20;
    let world = world("crowd-thousand");
    let mut clients: Vec<_> = (0..SOCKETS).map(|_| member(&world, "crowd")).collect();
    let sent = world
        .object("ROOM", "attic")
        .ask("flood", json!(["m", MESSAGES]));
    assert_eq!(sent, json!(vec![SOCKETS; MESSAGES as usize]));
    for (index, client) in clients.iter_mut().enumerate() {
        for number in 0..MESSAGES {
            let expected = Message::Text(format!("m{number}"));
            assert_eq!(client.receive(), expected, "socket {index}");
        }
        // Its own answer comes next: nothing came twice.
        client.send_text("ping");
        assert_eq!(
            client.receive(),
            Message::Text("pong".into()),
            "socket {index}"
        );
    }
}

/// A frame of a client, whole but for what is behind `payload`.
fn frame(first: u8, length: u64, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first, 0xff];
    frame.extend(length.to_be_bytes());
    frame.extend([0; 4]); // a mask that changes nothing
    frame.extend(payload);
    frame
}

/// The operation code of a ping.
const PING: u8 = 9;

/// A web socket as a bare connection.
fn bare(world: &World, name: &str) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port(world))).expect("workerd listens");
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("a timeout");
    // After an error of the protocol workerd may read no more, and not close either.
    stream
        .set_write_timeout(Some(Duration::from_secs(5)))
        .expect("a timeout");
    let request = format!(
        "GET /rooms/attic/ws?name={name} HTTP/1.1\r\nHost: localhost\r\n\
         Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("it is sent");
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 101");
    stream
}

/// Two good members, who notice when something is wrong.
struct Members<'a> {
    world: &'a World,
    ann: Client<'static>,
    bob: Client<'static>,
    number: u32,
}

impl Members<'_> {
    #[track_caller]
    fn still_talk(&mut self, after: &str) {
        self.number += 1;
        let text = format!("after {after}");
        self.ann.send(&json!({ "type": "say", "text": text }));
        let said = json!({ "type": "said", "text": text, "number": self.number });
        assert_eq!([self.ann.json(), self.bob.json()], [said.clone(), said]);
        let world = self.world;
        let mut there = names(world);
        for _ in 0..200 {
            if there == ["ann", "bob"] {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
            there = names(world);
        }
        panic!("after {after} there are still {there:?}");
    }
}

#[test]
fn hostile_clients_disturb_nobody_and_cost_a_bounded_memory() {
    let world = world("crowd-hostile");
    let mut members = Members {
        ann: member(&world, "ann"),
        bob: member(&world, "bob"),
        world: &world,
        number: 0,
    };
    members.still_talk("nothing");
    let before = resident(&world);

    // From the same seed each time.
    let mut random = fastrand::Rng::with_seed(6);
    for _ in 0..300 {
        let mut bytes = vec![0; random.usize(1..2000)];
        random.fill(&mut bytes);
        // workerd keeps the socket of one that sends a ping, then nonsense, and is cut
        // off: that of an object in plain JavaScript too.
        if bytes[0] & 0x0f == PING {
            bytes[0] ^= 1;
        }
        let _ = bare(&world, "crowd").write_all(&bytes);
    }
    members.still_talk("random bytes");

    let mut sockets: Vec<_> = (0..20).map(|_| bare(&world, "crowd")).collect();
    for socket in &mut sockets {
        // Says that 2^62 bytes follow, and sends a few.
        let _ = socket.write_all(&frame(0x81, 1 << 62, &[b'x'; 10_000]));
    }
    drop(sockets);
    for size in [2 << 20, 33 << 20, 40 << 20] {
        let mut socket = bare(&world, "crowd");
        let _ = socket.write_all(&frame(0x81, size, &vec![b'['; size as usize]));
        drop(socket);
    }
    members.still_talk("huge frames");

    // It never reads what it is told of each.
    let mut flood = member(&world, "crowd");
    for number in 0..20_000 {
        match number % 2 {
            0 => flood.send_text("no JSON"),
            _ => flood.send_text(r#"{"type": "fail", "secret": true}"#),
        }
    }
    flood.vanish();
    members.still_talk("a flood");

    let half_open: Vec<_> = (0..500)
        .map(|number| {
            let mut stream = TcpStream::connect(("127.0.0.1", port(&world))).expect("a connection");
            let part = &b"GET /rooms/attic/ws HTTP/1.1\r\nUpgrade: websocket\r\n"[..number % 50];
            stream.write_all(part).expect("it is sent");
            stream
        })
        .collect();
    members.still_talk("connections that begin and never go on");
    drop(half_open);

    for _ in 0..10_000 {
        drop(bare(&world, "crowd"));
    }
    members.still_talk("10,000 connects and closes");

    let (after, limit) = (resident(&world), 400 << 20);
    assert!(after < before + limit, "{before} bytes became {after}");
    eprintln!("memory: {} MiB, then {} MiB", before >> 20, after >> 20);
}

/// The memory of workerd in bytes; 0 where the system does not say.
pub(crate) fn resident(world: &World) -> u64 {
    let World::Workerd(workerd) = world else {
        unreachable!("it runs in workerd")
    };
    let keeper = workerd.server().id();
    let children = std::fs::read_to_string(format!("/proc/{keeper}/task/{keeper}/children"));
    let pages = children.ok().and_then(|children| {
        let child = children.split_whitespace().next()?.to_owned();
        let sizes = std::fs::read_to_string(format!("/proc/{child}/statm")).ok()?;
        sizes.split_whitespace().nth(1)?.parse::<u64>().ok()
    });
    pages.unwrap_or_default() * 4096
}

#[test]
fn a_connection_that_breaks_the_protocol_is_heard_as_an_error_and_a_close() {
    let world = world("crowd-protocol");
    let mut socket = bare(&world, "hostile");
    // A reserved bit, in a frame that is not masked.
    let _ = socket.write_all(&[0xf1, 0x01, b'x']);
    let log = || world.object("ROOM", "attic").ask("log", json!([]));
    let ends = |log: &Value| log.as_array().expect("a list").len() - 2;
    world.until("it has ended", || ends(&log()) > 1);
    drop(socket);
    drop(member(&world, "next"));
    let log: Vec<String> = serde_json::from_value(log()).expect("texts");
    assert_eq!(log[2], "error hostile true");
    assert!(log[3].starts_with("close hostile 1006 "), "{log:?}");
    assert_eq!(
        log.iter().filter(|line| line.contains("hostile")).count(),
        4,
        "{log:?}"
    );
}

#[test]
fn a_close_without_a_code_is_answered_at_once() {
    let world = world("crowd-no-code");
    let Client::Workerd(mut socket, _) = member(&world, "ann") else {
        unreachable!("it runs in workerd")
    };
    socket.close(None).expect("it is open");
    assert_eq!(
        socket.read().expect("an answer"),
        tungstenite::Message::Close(None)
    );
    let log = || world.object("ROOM", "attic").ask("log", json!([]));
    world.until("it is gone", || log()[2] == "close ann 1005  true 0");
}

#[test]
fn the_events_of_sockets_are_not_for_callers() {
    let world = world("crowd-callers");
    for event in ["webSocketMessage", "webSocketClose", "webSocketError"] {
        let failure = world
            .object("ROOM", "attic")
            .refuse(event, json!([{}, "x"]));
        assert!(failure.message.contains("reserved"), "{event}: {failure:?}");
    }
}
