//! The events of an actor's web sockets, and their handlers.

use serde::Serialize;

use super::ctx::Ctx;
use super::object::Object;
use super::{Actor, Incoming, SocketOf};
use crate::error::{Error, Result};
use crate::json::OwnedFields;
use crate::sockets::message::{Event, TooLong};
use crate::sockets::raw::RawSocket;
use crate::sockets::{Close, Message, Socket, Sockets};
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
pub(crate) fn receive<A: Actor>(object: &Object<A>, raw: RawSocket, event: Event) -> Turn<()> {
    let socket = match SocketOf::<A>::known(raw) {
        Ok(socket) => socket,
        Err(error) => return Turn::Done(Err(error)),
    };
    let id = socket.id().to_owned();
    let host = object.clone();
    let event = move || match event {
        Event::Message(message) => heard(host.awaited("on_message", None), socket, message),
        Event::Close(close) => closed(&host.unawaited("on_close"), socket, close),
        Event::Error(message) => failed(host.unawaited("on_error"), socket, message),
    };
    object.instance().lanes.run(&id, Box::new(event))
}

/// A message. If it fails, only its sender is told.
fn heard<A: Actor>(
    object: Object<A>,
    socket: SocketOf<A>,
    message: Result<Message, TooLong>,
) -> Turn<()> {
    let sender = socket.clone();
    let mut incoming = Incoming {
        object,
        socket,
        message: Message::Text(String::new()),
        fields: OwnedFields::default(),
    };
    let turn = match within_limit::<A>(message) {
        Ok(message) => {
            incoming.message = message;
            match incoming.handler() {
                Ok(handler) => (handler.run)(incoming),
                Err(error) => incoming.refuse(error),
            }
        }
        Err(error) => incoming.refuse(error),
    };
    turn.map(move |result| tell(&sender, result))
}

fn within_limit<A: Actor>(message: Result<Message, TooLong>) -> Result<Message> {
    let limit = A::SOCKETS.map_or(0, |options| options.max_bytes);
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

fn tell<T>(sender: &Socket<T>, result: Result<()>) -> Result<()> {
    let Err(error) = result else { return Ok(()) };
    let failure = Failure {
        r#type: "error",
        kind: error.kind().name(),
        message: error.public_message(),
    };
    // A sender that has gone need not be told.
    let _ = sender.send(&failure);
    if error.is_ours() { Err(error) } else { Ok(()) }
}

fn closed<A: Actor>(object: &Object<A>, socket: SocketOf<A>, close: Close) -> Turn<()> {
    match A::HANDLERS.on_close {
        Some(handler) => handler(object, socket, close),
        None => Turn::Done(Ok(())),
    }
}

/// A failed connection counts as closed, too.
fn failed<A: Actor>(object: Object<A>, socket: SocketOf<A>, message: String) -> Turn<()> {
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
    told.map(Ok).then(move |told: Result<()>| {
        closed(&object, socket, close).map(move |closed| told.and(closed))
    })
}
