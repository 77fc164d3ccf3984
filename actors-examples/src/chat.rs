//! A chat: rooms, names, presence, history, and typing indicators.
//!
//! The page is at `/chat`; `/rooms/{room}/ws?name=ann` is a room's web socket.

use actors_core::prelude::*;
use serde::{Deserialize, Serialize};

/// Something that was said.
#[sql_table(name = "chat_lines")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Ascending, in the order in which lines were said.
    #[sql(primary_key)]
    pub number: u64,
    /// Who said it.
    pub who: String,
    /// What was said.
    pub text: String,
    /// When it was said.
    pub at: Timestamp,
}

/// What a socket carries: whose it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Member {
    /// Unique in the room.
    pub name: String,
}

/// What a room tells its members. If a message is refused, its sender gets the framework's
/// `{"type": "error", "kind": …, "message": …}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Event {
    /// To a member who joins: who is there, and what was said last.
    Welcome {
        /// The names of all members, in alphabetical order.
        here: Vec<String>,
        /// The last lines, the oldest first.
        history: Vec<Line>,
    },
    /// Somebody has joined.
    Joined {
        /// Who.
        who: String,
    },
    /// Somebody has left.
    Left {
        /// Who.
        who: String,
    },
    /// Somebody is typing, for the next few seconds.
    Typing {
        /// Who.
        who: String,
    },
    /// Somebody has said something.
    Said {
        /// What, and who.
        line: Line,
    },
}

/// How many lines a room keeps, and how many a member gets on joining.
const KEPT: u64 = 1000;
const TOLD: u64 = 50;

/// The longest name and the longest line, in characters.
const NAME: usize = 24;
const TEXT: usize = 2000;

/// A room, which anyone who knows its name can enter.
#[actor(
    tables(Line),
    sockets(path = "/ws", ping = "ping", pong = "pong", max_bytes = 16_384)
)]
pub struct ChatRoom {}

#[actor]
impl ChatRoom {
    #[on_connect]
    fn enter(&mut self, ctx: &Ctx<Self>, request: &Request) -> Result<Admission<Member>> {
        let query = request.uri().query().unwrap_or_default();
        let name = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "name");
        let name = text(
            "a name",
            name.map(|(_, name)| name).unwrap_or_default().trim(),
            NAME,
        )?;
        if ctx.sockets().tagged(&name).count() > 0 {
            return Ok(Admission::refuse(
                409,
                "somebody here already has that name",
            ));
        }
        // The new socket is not open yet: this only goes to the others.
        ctx.sockets().send(&Event::Joined { who: name.clone() })?;
        let mut here = self.who(ctx);
        here.push(name.clone());
        here.sort();
        let history = self.history(ctx, None)?;
        let member = Member { name: name.clone() };
        Ok(Admission::new(member)
            .tag(name)
            .greet(&Event::Welcome { here, history }))
    }

    /// `{"type": "say", "text": "hello"}`
    #[on_message]
    fn say(&mut self, ctx: &Ctx<Self>, from: &Socket<Member>, text: String) -> Result<()> {
        let last = sql!(Line => "SELECT number FROM chat_lines ORDER BY number DESC LIMIT 1");
        let line = Line {
            number: last.optional(ctx)?.unwrap_or_default() + 1,
            who: from.data().name.clone(),
            text: self::text("a line", text.trim(), TEXT)?,
            at: ctx.now(),
        };
        line.insert(ctx)?;
        let forgotten = line.number.saturating_sub(KEPT);
        sql!(Line => "DELETE FROM chat_lines WHERE number <= {forgotten}").run(ctx)?;
        ctx.sockets().send(&Event::Said { line }).map(drop)
    }

    /// `{"type": "typing"}`
    #[on_message]
    fn typing(&self, ctx: &Ctx<Self>, from: &Socket<Member>) -> Result<()> {
        let who = from.data().name.clone();
        ctx.sockets()
            .except(from)
            .send(&Event::Typing { who })
            .map(drop)
    }

    #[on_close]
    fn leave(&mut self, ctx: &Ctx<Self>, who: &Socket<Member>) -> Result<()> {
        let who = who.data().name.clone();
        ctx.sockets().send(&Event::Left { who }).map(drop)
    }

    /// The names of all members, in alphabetical order.
    pub fn who(&self, ctx: &Ctx<Self>) -> Vec<String> {
        let sockets = ctx.sockets().all();
        let mut names: Vec<_> = sockets.iter().map(|one| one.data().name.clone()).collect();
        names.sort();
        names
    }

    /// The last lines before that number, or the very last ones; the oldest first.
    pub fn history(&self, ctx: &Ctx<Self>, before: Option<u64>) -> Result<Vec<Line>> {
        let before = before.unwrap_or(u64::MAX >> 11);
        let mut lines =
            sql!(Line => "SELECT number, who, text, at FROM chat_lines WHERE number < {before}
                                      ORDER BY number DESC LIMIT {TOLD}")
            .all(ctx)?;
        lines.reverse();
        Ok(lines)
    }
}

/// The trimmed text, if it is neither empty nor too long.
fn text(what: &str, text: &str, most: usize) -> Result<String> {
    match text.chars().count() {
        0 => Err(Error::invalid(format!("{what} is needed"))),
        length if length > most => Err(Error::invalid(format!(
            "{what} has at most {most} characters, this one has {length}"
        ))),
        _ => Ok(text.to_owned()),
    }
}
