//! What comes in on a web socket, and the handler that it goes to.

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::socket::{Close, Socket, SocketOf};
use crate::actor::Actor;
use crate::backend::RawSocket;
use crate::error::{Error, Result, shortened};
use crate::json::{self, OwnedFields};
use crate::object::{Object, Turn};
use crate::rpc::Arguments;

/// A message as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Bytes),
}

/// An `#[on_message]` handler.
#[doc(hidden)]
pub struct MessageHandler<A: Actor> {
    pub part: Part,
    pub run: fn(Incoming<A>) -> Turn<()>,
}

/// Which messages a handler takes.
#[doc(hidden)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Those of that `type`.
    Type(&'static str),
    /// All JSON, as one type of the user's.
    Json,
    /// All text.
    Text,
    /// All that is binary.
    Bytes,
}

/// A message on its way to a handler.
#[doc(hidden)]
pub struct Incoming<A: Actor> {
    pub object: Object<A>,
    socket: SocketOf<A>,
    message: Message,
    fields: OwnedFields,
}

/// What happens to a socket.
pub(crate) enum Event {
    Message(Result<Message, TooLong>),
    Close(Close),
    Error(String),
}

/// A message of so many bytes, which was left where it was.
pub(crate) struct TooLong(pub(crate) usize);

impl<A: Actor> Incoming<A> {
    /// Goes on with the fields of these names.
    pub fn fields<P: Arguments>(
        mut self,
        names: &'static [&'static str],
        next: impl FnOnce(&Object<A>, SocketOf<A>, P) -> Turn<()>,
    ) -> Turn<()> {
        match P::from_fields(&mut self.fields, names) {
            Ok(arguments) => next(&self.object, self.socket, arguments),
            Err(error) => self.refuse(error),
        }
    }

    /// Goes on with all of a message in JSON.
    pub fn json<T: DeserializeOwned>(
        self,
        next: impl FnOnce(&Object<A>, SocketOf<A>, (T,)) -> Turn<()>,
    ) -> Turn<()> {
        let Message::Text(text) = &self.message else {
            return self.refuse(Error::internal("not a text"));
        };
        let mut json = serde_json::Deserializer::from_str(text);
        let value = serde_path_to_error::deserialize(&mut json)
            .map_err(|error| error.to_string())
            .and_then(|value| json.end().map(|()| value).map_err(|e| e.to_string()))
            .map_err(|words| shortened(&words));
        match value {
            Ok(value) => next(&self.object, self.socket, (value,)),
            Err(error) => self.refuse(Error::invalid(format!("message: {error}"))),
        }
    }

    /// Goes on with the text.
    pub fn text(
        self,
        next: impl FnOnce(&Object<A>, SocketOf<A>, (String,)) -> Turn<()>,
    ) -> Turn<()> {
        match self.message {
            Message::Text(text) => next(&self.object, self.socket, (text,)),
            Message::Bytes(_) => self.refuse(Error::internal("not a text")),
        }
    }

    /// Goes on with the bytes.
    pub fn bytes(
        self,
        next: impl FnOnce(&Object<A>, SocketOf<A>, (Bytes,)) -> Turn<()>,
    ) -> Turn<()> {
        match self.message {
            Message::Bytes(bytes) => next(&self.object, self.socket, (bytes,)),
            Message::Text(_) => self.refuse(Error::internal("not bytes")),
        }
    }

    /// A message that no handler can take.
    fn refuse(self, error: Error) -> Turn<()> {
        match A::HANDLERS.on_unhandled {
            Some(handler) => handler(&self.object, self.socket, self.message, error),
            None => Turn::Done(Err(error)),
        }
    }
}

/// What a client is told when its message fails.
#[derive(Serialize)]
struct Failure<'a> {
    r#type: &'static str,
    kind: &'static str,
    message: &'a str,
}

/// Gives what has happened to a socket to its handlers, after what has happened
/// to it before.
pub(crate) fn receive<A: Actor>(object: &Object<A>, raw: RawSocket, event: Event) -> Turn<()> {
    let socket = match SocketOf::<A>::known(raw) {
        Ok(socket) => socket,
        Err(error) => return Turn::Done(Err(error)),
    };
    let id = socket.id().to_owned();
    object
        .ctx()
        .instance()
        .lanes
        .run(&id, object, move |object| match event {
            Event::Message(message) => heard(object.asked("on_message", None), socket, message),
            Event::Close(close) => closed(&object.told("on_close"), socket, close),
            Event::Error(message) => failed(object.told("on_error"), socket, message),
        })
}

/// A message; what goes wrong is told to its sender alone.
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
        fields: OwnedFields::new(),
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
            "a message has at most {limit} bytes, and this has {size}"
        ))),
    }
}

impl<A: Actor> Incoming<A> {
    /// The handler that takes the message; what it takes of it is then at hand.
    fn handler(&mut self) -> Result<&'static MessageHandler<A>> {
        let find = |part| A::HANDLERS.messages.iter().find(|known| known.part == part);
        let text = match &self.message {
            Message::Text(text) => text,
            Message::Bytes(_) => {
                let what = "a message is text here, and this is binary";
                return find(Part::Bytes).ok_or_else(|| Error::invalid(what));
            }
        };
        if let Some(handler) = find(Part::Json).or_else(|| find(Part::Text)) {
            return Ok(handler);
        }
        self.fields = serde_json::from_str(text).map_err(|error| {
            let words = shortened(&error.to_string());
            Error::invalid(format!("a message is a JSON object: {words}"))
        })?;
        let name = self.fields.remove("type");
        let Some(Ok(name)) = name.map(|name| json::from_text::<String>(name.get())) else {
            return Err(Error::invalid("a message has a `type`, which is text"));
        };
        let of_type =
            |known: &&MessageHandler<A>| matches!(known.part, Part::Type(known) if known == name);
        let handler = A::HANDLERS.messages.iter().find(of_type);
        handler.ok_or_else(|| {
            Error::invalid(format!(
                "there is no message of type `{}`",
                shortened(&name)
            ))
        })
    }
}

fn tell<T>(sender: &Socket<T>, result: Result<()>) -> Result<()> {
    let Err(error) = result else { return Ok(()) };
    let failure = Failure {
        r#type: "error",
        kind: error.kind().name(),
        message: error.public_message(),
    };
    // One that has gone away need not be told.
    let _ = sender.send(&failure);
    if error.is_ours() { Err(error) } else { Ok(()) }
}

fn closed<A: Actor>(object: &Object<A>, socket: SocketOf<A>, close: Close) -> Turn<()> {
    match A::HANDLERS.on_close {
        Some(handler) => handler(object, socket, close),
        None => Turn::Done(Ok(())),
    }
}

/// A connection that failed is closed as well.
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
