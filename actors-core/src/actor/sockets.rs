//! The events of an actor's web sockets, and their handlers.

use serde::Serialize;

use super::ctx::Ctx;
use super::{Actor, Incoming, SocketOf};
use crate::error::{Error, Result};
use crate::json::OwnedFields;
use crate::object::Object;
use crate::sockets::message::{Event, TooLong};
use crate::sockets::raw::{Outgoing, RawSocket};
use crate::sockets::{Close, Message, Sockets};
use crate::turn::Turn;

impl<A: Actor> Ctx<A> {
    /// The actor's web sockets.
    pub fn sockets(&self) -> Sockets<'_, A::Attachment> {
        Sockets::new(self.instance().platform())
    }
}

/// What a client is told when its message fails.
#[derive(Serialize)]
struct Failure<'a> {
    r#type: &'static str,
    kind: &'static str,
    message: &'a str,
}

/// Passes an event of a socket to its handler, after the socket's earlier events.
pub(crate) fn receive<A: Actor>(object: &Object, raw: RawSocket, event: Event) -> Turn<()> {
    let socket = match SocketOf::<A>::known(raw) {
        Ok(socket) => socket,
        Err(error) => return Turn::Done(Err(error)),
    };
    let id = socket.id().to_owned();
    let host = object.clone();
    let event = move || match event {
        Event::Message(message) => heard::<A>(host.awaited("on_message", None), socket, message),
        Event::Close(close) => closed::<A>(&host.unawaited("on_close"), socket, close),
        Event::Error(message) => failed::<A>(host.unawaited("on_error"), socket, message),
    };
    object.instance().lanes.run(&id, Box::new(event))
}

/// A message. If it fails, only its sender is told.
fn heard<A: Actor>(
    object: Object,
    socket: SocketOf<A>,
    message: Result<Message, TooLong>,
) -> Turn<()> {
    let sender = socket.raw().clone();
    let mut incoming = Incoming::<A> {
        object,
        socket,
        message: Message::Text(String::new()),
        fields: OwnedFields::default(),
    };
    let limit = A::SOCKETS.map_or(0, |options| options.max_bytes);
    let turn = match within_limit(limit, message) {
        Ok(message) => {
            incoming.message = message;
            match incoming.handler() {
                Ok(handler) => (handler.run)(incoming),
                Err(error) => incoming.refuse(error),
            }
        }
        Err(error) => incoming.refuse(error),
    };
    told(sender, turn)
}

fn within_limit(limit: usize, message: Result<Message, TooLong>) -> Result<Message> {
    let size = match &message {
        Ok(Message::Text(text)) => text.len(),
        Ok(Message::Bytes(bytes)) => bytes.len(),
        Err(TooLong(size)) => *size,
    };
    match message {
        Ok(message) if size <= limit => Ok(message),
        _ => Err(Error::invalid(format!(
            "a message has at most {limit} bytes, this one has {size}"
        ))),
    }
}

/// Tells the sender of a message if its turn fails.
fn told(sender: RawSocket, turn: Turn<()>) -> Turn<()> {
    turn.map(move |result| result.or_else(|error| tell(&sender, error)))
}

fn tell(sender: &RawSocket, error: Error) -> Result<()> {
    let failure = Failure {
        r#type: "error",
        kind: error.kind().name(),
        message: error.public_message(),
    };
    // A sender that has gone need not be told.
    let _ = sender.send(Outgoing::Text(&serde_json::to_string(&failure)?));
    if error.is_ours() { Err(error) } else { Ok(()) }
}

fn closed<A: Actor>(object: &Object, socket: SocketOf<A>, close: Close) -> Turn<()> {
    match A::HANDLERS.on_close {
        Some(handler) => handler(object, socket, close),
        None => Turn::Done(Ok(())),
    }
}

/// A failed connection counts as closed, too.
fn failed<A: Actor>(object: Object, socket: SocketOf<A>, message: String) -> Turn<()> {
    let close = Close {
        code: 1006,
        reason: message.clone(),
        was_clean: false,
    };
    let error = Error::new(crate::ErrorKind::Unavailable, message);
    let told = match A::HANDLERS.on_error {
        Some(handler) => handler(&object, socket.clone(), error),
        None => Turn::Done(Ok(())),
    };
    both(told, Box::new(move || closed::<A>(&object, socket, close)))
}

/// Runs the second turn after the first, even if that fails.
fn both(first: Turn<()>, second: Box<dyn FnOnce() -> Turn<()>>) -> Turn<()> {
    first
        .map(Ok)
        .then(|first: Result<()>| second().map(|second| first.and(second)))
}
