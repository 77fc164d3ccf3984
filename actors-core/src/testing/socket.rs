//! Web sockets without a network: the client's end.

use std::rc::Rc;

use http::{HeaderValue, Uri, header};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::World;
use crate::backend::native::{Slot, Socket, vanished};
use crate::error::Result;
use crate::request::{Body, Request};
use crate::sockets::message::Event;
use crate::sockets::{Close, Message};

/// The client's end of a web socket, from [`World::connect`].
pub struct Client<'a> {
    world: &'a World,
    slot: Rc<Slot>,
    socket: Socket,
}

impl<'a> Client<'a> {
    pub(super) fn new(world: &'a World, slot: Rc<Slot>, socket: Socket) -> Self {
        Self {
            world,
            slot,
            socket,
        }
    }

    /// Sends a message as JSON text, and lets it be handled.
    ///
    /// # Errors
    ///
    /// What the handler failed with, if that is the actor's fault: the client
    /// itself would not hear of it.
    pub fn send<T: Serialize + ?Sized>(&self, message: &T) -> Result<()> {
        self.send_text(&serde_json::to_string(message)?)
    }

    /// Sends a text as it is, and lets it be handled.
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send).
    pub fn send_text(&self, text: &str) -> Result<()> {
        self.deliver(Message::Text(text.to_owned()))
    }

    /// Sends a binary message, and lets it be handled.
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send).
    pub fn send_bytes(&self, bytes: &[u8]) -> Result<()> {
        self.deliver(Message::Bytes(bytes.to_vec().into()))
    }

    fn deliver(&self, message: Message) -> Result<()> {
        let sim = &self.world.sim;
        self.world
            .run(sim.message(&self.slot, &self.socket, message))
    }

    /// The next message that the actor has sent, if there is one, read as JSON.
    pub fn receive<T: DeserializeOwned>(&self) -> Option<Result<T>> {
        Some(match self.receive_message()? {
            Message::Text(text) => serde_json::from_str(&text).map_err(Into::into),
            Message::Bytes(bytes) => serde_json::from_slice(&bytes).map_err(Into::into),
        })
    }

    /// The next message that the actor has sent, if there is one, as it is.
    pub fn receive_message(&self) -> Option<Message> {
        self.socket.receive()
    }

    /// The sub-protocol that the actor has chosen.
    pub fn protocol(&self) -> Option<&str> {
        self.socket.protocol()
    }

    /// Closes the socket, or answers that the actor has closed it, and lets that
    /// be handled.
    ///
    /// # Errors
    ///
    /// What the actor's `#[on_close]` handler failed with.
    pub fn close(self, code: u16, reason: &str) -> Result<()> {
        self.end(Event::Close(Close {
            code,
            reason: reason.to_owned(),
            was_clean: true,
        }))
    }

    /// Goes away without a word, as one whose network is gone.
    ///
    /// # Errors
    ///
    /// Those of [`close`](Self::close).
    pub fn vanish(self) -> Result<()> {
        self.end(Event::Close(vanished()))
    }

    /// Breaks the connection with an error of the protocol.
    ///
    /// # Errors
    ///
    /// What the actor's `#[on_error]` or `#[on_close]` handler failed with.
    pub fn fail(self, message: &str) -> Result<()> {
        self.end(Event::Error(message.to_owned()))
    }

    fn end(self, event: Event) -> Result<()> {
        let sim = &self.world.sim;
        self.world.run(sim.end(&self.slot, &self.socket, event))
    }

    /// The code and the reason with which the actor has closed the socket, if it
    /// has: 1006 if it is lost.
    pub fn closed(&self) -> Option<(u16, String)> {
        self.socket.closed()
    }
}

/// The request as one for a web socket.
pub(super) fn request(request: http::Request<()>, path: Option<&str>) -> Request {
    let mut request = absolute(request.map(Body::from), path);
    let upgrade = request.headers_mut().entry(header::UPGRADE);
    upgrade.or_insert(HeaderValue::from_static("websocket"));
    request
}

/// The request with a whole URL: one that has no host gets one, and that path if one is said.
pub(super) fn absolute(mut request: Request, path: Option<&str>) -> Request {
    let uri = request.uri();
    if uri.authority().is_none() {
        let path = path.unwrap_or(uri.path());
        let query = uri.query().map(|query| format!("?{query}"));
        let uri = format!("http://localhost{path}{}", query.unwrap_or_default());
        *request.uri_mut() = Uri::try_from(uri).unwrap_or_default();
    }
    request
}
