//! Several web sockets of an actor at once.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::raw::{Outgoing, RawSocket, Selection};
use super::socket::Socket;
use crate::error::Result;
use crate::log;
use crate::platform::Platform;

/// A selection of the actor's web sockets: [`Ctx::sockets`](crate::Ctx::sockets) returns
/// all of them, and the methods here narrow it down.
///
/// ```
/// # use actors_core::prelude::*;
/// # #[derive(serde::Serialize, serde::Deserialize)] pub struct Member { name: String }
/// # #[derive(serde::Serialize)] #[serde(tag = "type")] pub enum Event { Moved { who: String } }
/// # #[actor(sockets(path = "/ws"))] pub struct Game {}
/// # #[actor] impl Game {
/// # #[on_connect] fn admit(&self) -> Admission<Member> { Admission::new(Member { name: String::new() }) }
/// #[on_message]
/// fn go(&mut self, ctx: &Ctx<Self>, from: &Socket<Member>) -> Result<()> {
///     let event = Event::Moved { who: from.data().name.clone() };
///     let told = ctx.sockets().tagged("red").except(from).send(&event)?;
///     // …
/// #   let _: usize = told;
///     Ok(())
/// }
/// # }
/// ```
///
/// A socket that is being closed, from either side, is not included. The order is
/// unspecified.
#[must_use = "a selection does nothing until something is sent or read"]
pub struct Sockets<'a, T> {
    platform: &'a dyn Platform,
    chosen: Selection<'a>,
    data: PhantomData<fn() -> T>,
}

impl<'a, T> Sockets<'a, T> {
    pub(crate) fn new(platform: &'a dyn Platform) -> Self {
        Self {
            platform,
            chosen: Selection::default(),
            data: PhantomData,
        }
    }

    /// Only those with that tag. The platform keeps an index of tags.
    pub fn tagged(mut self, tag: &'a str) -> Self {
        self.chosen.tags.push(tag);
        self
    }

    /// All but that one.
    pub fn except<U>(mut self, socket: &Socket<U>) -> Self {
        self.chosen.except.push(socket.raw().clone());
        self
    }

    /// Sends a message as JSON text, and returns how many sockets it was sent to: one that
    /// fails does not affect the others.
    ///
    /// The message is serialized once, and passed to the platform once. It leaves once
    /// everything that the actor wrote before is durable; what has been sent stays sent,
    /// even if the turn fails afterwards.
    ///
    /// # Errors
    ///
    /// JSON can't represent the message.
    pub fn send<M: Serialize + ?Sized>(self, message: &M) -> Result<usize> {
        Ok(self.send_text(&serde_json::to_string(message)?))
    }

    /// Sends a text as it is, and returns how many sockets it was sent to.
    pub fn send_text(self, text: &str) -> usize {
        self.platform.broadcast(&self.chosen, Outgoing::Text(text))
    }

    /// Sends a binary message, and returns how many sockets it was sent to.
    pub fn send_bytes(self, bytes: &[u8]) -> usize {
        self.platform
            .broadcast(&self.chosen, Outgoing::Bytes(bytes))
    }

    /// Returns how many there are.
    pub fn count(self) -> usize {
        self.platform.sockets(&self.chosen).len()
    }
}

impl<T: Serialize + DeserializeOwned + 'static> Sockets<'_, T> {
    /// Returns each of them. Costs some microseconds per socket, since attachments are read.
    pub fn all(self) -> Vec<Socket<T>> {
        let sockets = self.platform.sockets(&self.chosen);
        sockets.into_iter().filter_map(readable).collect()
    }

    /// Returns the one with that [`id`](Socket::id), if it is among them. The platform
    /// keeps an index of ids, except for sockets with ten tags of their own.
    pub fn get(self, id: &str) -> Option<Socket<T>> {
        let with_id = self.platform.socket(id);
        let with_id = with_id.filter(|raw| {
            let tags = raw.tags();
            let has = |tag: &&str| tags.iter().any(|other| other == tag);
            self.chosen.tags.iter().all(has) && !self.chosen.except.contains(raw)
        });
        with_id.and_then(readable)
    }
}

/// The socket, if its attachment is readable.
fn readable<T: Serialize + DeserializeOwned + 'static>(raw: RawSocket) -> Option<Socket<T>> {
    Socket::known(raw)
        .map_err(|error| log::error(&error.to_string()))
        .ok()
}
