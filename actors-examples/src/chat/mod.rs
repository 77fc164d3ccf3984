//! A chat: rooms, names, presence, history, and typing indicators.
//!
//! The page is at `/chat`; `/rooms/{room}/ws?name=ann` is a room's web socket.
//!
//! A connection can be lost at any moment, and what is on its way then. So each side says where it
//! is: who comes back names the line that they saw last, and is told what came after it; and each
//! line has an id, so one that is said again is the same line. Nothing is missing, and nothing is
//! there twice.

use actors_core::prelude::*;
use axum::extract::Query;
use serde::{Deserialize, Serialize};

/// Something that was said.
#[sql_table(name = "chat_lines")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Ascending, in the order in which lines were said.
    #[sql(primary_key, auto)]
    pub number: u64,
    /// What its writer calls it, at random.
    #[sql(unique)]
    pub id: Option<String>,
    /// Who said it.
    pub who: String,
    /// What was said.
    pub text: String,
    /// When it was said.
    pub at: Timestamp,
}

/// What a socket carries: whose it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Unique in the room.
    pub name: String,
    /// What shows that somebody who comes with this name is the same one.
    pub key: Option<String>,
}

/// How somebody comes: the query of their web socket.
#[derive(Debug, Deserialize)]
pub struct Arrival {
    /// Who they are.
    #[serde(default)]
    pub name: String,
    /// The key of their [`Member`].
    pub key: Option<String>,
    /// The number of the line that they saw last, if they have been here before.
    pub seen: Option<u64>,
}

/// What a room tells its members. If a message is refused, its sender gets the framework's
/// `{"type": "error", "kind": …, "message": …}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Event {
    /// To a member who joins or comes back: who is there, and what was said.
    Welcome {
        /// The names of all members, in alphabetical order.
        here: Vec<String>,
        /// Whether the history goes on from the line that they saw last. Else that is no longer
        /// kept, or there was none, and these are the last lines.
        goes_on: bool,
        /// What was said, the oldest first.
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

/// How many lines a room keeps, which is how far back a member can catch up; and how many one who
/// is new gets.
const KEPT: u64 = 1000;
const TOLD: u64 = 50;

/// The longest name and the longest line, in characters.
const NAME: usize = 24;
const TEXT: usize = 2000;

/// The longest id of a line and key of a member, in characters.
const ID: usize = 40;

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
        let Query(arrival) = Query::<Arrival>::try_from_uri(request.uri())
            .map_err(|error| Error::invalid(error.body_text()))?;
        let name = text("a name", &arrival.name, NAME)?;
        let key = arrival.key.map(|key| text("a key", &key, ID)).transpose()?;
        let seen = match arrival.seen {
            Some(number) => Line::get(ctx, number)?,
            None => None,
        };
        let member = Member { name, key };
        if !self.let_in(ctx, &member)? {
            let why = "somebody here already has that name";
            return Ok(Admission::refuse(409, why));
        }
        let mut here = self.who(ctx);
        here.push(member.name.clone());
        here.sort();
        let welcome = Event::Welcome {
            here,
            goes_on: seen.is_some(),
            history: match seen {
                Some(line) => self.since(ctx, &line)?,
                None => self.history(ctx, None)?,
            },
        };
        let tag = member.name.clone();
        Ok(Admission::new(member).tag(tag).greet(&welcome))
    }

    /// `{"type": "say", "id": "5cf2…", "text": "hello"}`: who does not see it said says it again
    /// with the same id.
    #[on_message]
    fn say(
        &mut self,
        ctx: &Ctx<Self>,
        from: &Socket<Member>,
        id: Option<String>,
        text: String,
    ) -> Result<()> {
        let mut line = Line {
            number: 0, // the next one
            id: id.map(|id| self::text("an id", &id, ID)).transpose()?,
            who: from.data().name.clone(),
            text: self::text("a line", &text, TEXT)?,
            at: ctx.now(),
        };
        let Some(number) = line.insert_or_ignore_by_id(ctx)? else {
            return Ok(());
        };
        line.number = number;
        let forgotten = number.saturating_sub(KEPT);
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
        if ctx.sockets().tagged(&who).count() > 0 {
            return Ok(()); // they have come back
        }
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
        let mut lines = sql!(Line => "SELECT * FROM chat_lines WHERE number < {before}
                          ORDER BY number DESC LIMIT {TOLD}")
        .all(ctx)?;
        lines.reverse();
        Ok(lines)
    }

    /// All lines after that one.
    fn since(&self, ctx: &Ctx<Self>, line: &Line) -> Result<Vec<Line>> {
        let seen = line.number;
        sql!(Line => "SELECT * FROM chat_lines WHERE number > {seen} ORDER BY number").all(ctx)
    }

    /// Tells the others that somebody joins, unless they only come back; returns whether they may.
    ///
    /// It can take minutes until it is known that a connection is lost. Who comes back before that
    /// finds their own name taken, and takes the place of their old socket.
    fn let_in(&self, ctx: &Ctx<Self>, member: &Member) -> Result<bool> {
        let namesakes = ctx.sockets().tagged(&member.name).all();
        if namesakes.is_empty() {
            // The new socket is not open yet: this only goes to the others.
            let who = member.name.clone();
            ctx.sockets().send(&Event::Joined { who })?;
        }
        for old in namesakes {
            if member.key.is_none() || *old.data() != *member {
                return Ok(false);
            }
            old.close(4000, "you have come back")?;
        }
        Ok(true)
    }
}

/// The text without space around it, if it is neither empty nor too long.
fn text(what: &str, text: &str, most: usize) -> Result<String> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(Error::invalid(format!("{what} is needed"))),
        length if length > most => Err(Error::invalid(format!(
            "{what} has at most {most} characters, this one has {length}"
        ))),
        _ => Ok(text.to_owned()),
    }
}
