//! All that can be said of web sockets, under lints that a strict crate turns on.

#![deny(missing_docs, unused, unreachable_pub, dead_code, private_interfaces)]
#![deny(clippy::all, clippy::pedantic)]

use actors_core::prelude::*;

/// A type with a name that the generated code could use as well.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Attachment {
    name: String,
}

/// The same under another name.
pub type Member = Attachment;

/// A room.
#[actor(sockets(
    path = "/ws",
    ping = "ping",
    pong = "pong",
    origins("https://example.com", "http://localhost:8080", "*"),
    protocols("chat.v2", "chat.v1"),
    max_bytes = 65_536
))]
pub struct Room {
    closed: u64,
}

#[actor]
impl Room {
    #[on_connect]
    async fn admit(&self, ctx: &Ctx<Self>, request: &Request) -> Result<Admission<Attachment>> {
        if request.uri().query().is_none() {
            return Ok(Admission::refuse(401, "who are you?"));
        }
        let name = ctx.id();
        Ok(Admission::new(Attachment { name }).tag("all").greet(&"welcome"))
    }

    #[on_message]
    fn say(&mut self, ctx: &Ctx<Self>, from: &Socket<Member>, socket: String, r#type: bool) -> Result<()> {
        let name = from.data().name.clone();
        ctx.sockets().except(from).tagged("all").send(&(name, socket, r#type)).map(drop)
    }

    #[on_message(bytes)]
    async fn bytes(&self, from: &Socket<Attachment>, bytes: Bytes) -> Result<()> {
        from.send_bytes(&bytes)
    }

    #[on_message(unhandled)]
    fn what(&mut self, message: Message, error: Error) -> Result<()> {
        drop((message, error));
        Ok(())
    }

    #[on_close]
    fn left(&mut self, who: &Socket<Self_>, why: Close) {
        self.closed += u64::from(why.was_clean) + who.data().name.len() as u64;
    }

    #[on_error]
    async fn failed(&mut self, error: Error) -> Result<()> {
        Err(error)
    }
}

type Self_ = Attachment;

/// Has handlers for what happens only where a flag is set.
#[actor(sockets(path = "/"))]
pub struct Conditional {}

#[actor]
impl Conditional {
    #[cfg(any())]
    #[on_connect]
    fn admit(&self) -> Admission<Missing> {
        Admission::new(Missing)
    }

    #[on_message(text)]
    fn text(&self, from: &Socket, text: String) -> Result<()> {
        from.send_text(&text)
    }

    #[cfg(any())]
    #[on_close]
    fn left(&self, missing: Close) {
        drop(missing);
    }
}

fn main() {}
