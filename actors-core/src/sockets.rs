//! Web sockets: typed messages in, JSON out.
//!
//! The sockets are hibernating ones: they stay open while the actor is not in memory.

use http::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::actor::Actor;
use crate::backend::{Platform, RawSocket};
use crate::error::{Error, Result};
use crate::object::{Object, Turn};
use crate::request::Response;
use crate::rpc::Arguments;

/// One web socket of an actor, as its `#[on_message]` handlers are given it.
#[derive(Clone)]
pub struct Socket(pub(crate) RawSocket);

impl Socket {
    /// Sends a message as JSON text.
    ///
    /// # Errors
    ///
    /// The socket is closed, or JSON has no form for the message.
    pub fn send<T: Serialize + ?Sized>(&self, message: &T) -> Result<()> {
        self.0.send(&serde_json::to_string(message)?)
    }

    /// Closes the socket with a code (1000, or 3000 to 4999) and a reason (up
    /// to 123 bytes).
    ///
    /// # Errors
    ///
    /// Another code, or a longer reason.
    pub fn close(&self, code: u16, reason: &str) -> Result<()> {
        self.0.close(code, reason)
    }
}

/// The actor's web sockets, from [`Ctx::sockets`](crate::Ctx::sockets).
#[derive(Clone, Copy)]
pub struct Sockets<'a>(pub(crate) &'a Platform);

impl Sockets<'_> {
    /// All that are open.
    pub fn all(self) -> Vec<Socket> {
        self.0.sockets().into_iter().map(Socket).collect()
    }

    /// Sends a message as JSON text to all, and answers how many took it: one
    /// that fails does not keep it from the others.
    ///
    /// # Errors
    ///
    /// JSON has no form for the message.
    pub fn send<T: Serialize + ?Sized>(self, message: &T) -> Result<usize> {
        let text = serde_json::to_string(message)?;
        Ok(self
            .0
            .sockets()
            .iter()
            .filter(|socket| socket.send(&text).is_ok())
            .count())
    }
}

/// An `#[on_message]` handler.
#[doc(hidden)]
pub struct MessageHandler<A: 'static> {
    /// The `type` of its messages.
    pub name: &'static str,
    pub run: fn(&Object<A>, Message) -> Turn<()>,
}

/// A message that has come in.
#[doc(hidden)]
pub struct Message {
    socket: Socket,
    fields: Map<String, Value>,
}

impl Message {
    /// Decodes the fields of these names, and goes on with them.
    pub fn decode<P: Arguments>(
        mut self,
        names: &'static [&'static str],
        next: impl FnOnce(Socket, P) -> Turn<()>,
    ) -> Turn<()> {
        match P::from_fields(&mut self.fields, names) {
            Ok(arguments) => next(self.socket, arguments),
            Err(error) => Turn::Done(Err(error)),
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

/// What a request that may not become a web socket is answered: it must ask for
/// one, and a page that asks must come from the same host.
pub(crate) fn refusal(head: &http::Request<()>) -> Option<Response> {
    let header = |name| {
        head.headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let refuse = |status, message: &'static str| {
        let mut response = Response::new(message.into());
        *response.status_mut() = status;
        Some(response)
    };
    if !header("upgrade").is_some_and(|value| value.eq_ignore_ascii_case("websocket")) {
        return refuse(StatusCode::UPGRADE_REQUIRED, "this path is for web sockets");
    }
    let origin = header("origin").map(|origin| origin.rsplit("//").next().unwrap_or_default());
    if origin.is_some_and(|origin| Some(origin) != header("host")) {
        return refuse(
            StatusCode::FORBIDDEN,
            "pages of other origins may not connect",
        );
    }
    None
}

/// Gives a message to its handler; what goes wrong is told to its sender alone.
pub(crate) fn receive<A: Actor>(
    object: &Object<A>,
    socket: Socket,
    text: Option<&str>,
) -> Turn<()> {
    let sender = socket.clone();
    dispatch(object, socket, text).map(move |result| tell(&sender, result))
}

fn dispatch<A: Actor>(object: &Object<A>, socket: Socket, text: Option<&str>) -> Turn<()> {
    match parse::<A>(text) {
        Ok((handler, fields)) => (handler.run)(object, Message { socket, fields }),
        Err(error) => Turn::Done(Err(error)),
    }
}

fn parse<A: Actor>(text: Option<&str>) -> Result<(&'static MessageHandler<A>, Map<String, Value>)> {
    let text = text.ok_or_else(|| Error::invalid("a message is JSON text, and this is binary"))?;
    let mut fields: Map<String, Value> = serde_json::from_str(text)
        .map_err(|error| Error::invalid(format!("a message is a JSON object: {error}")))?;
    let Some(Value::String(name)) = fields.remove("type") else {
        return Err(Error::invalid("a message has a `type`, which is text"));
    };
    let handlers = A::HANDLERS.messages;
    match handlers.iter().find(|handler| handler.name == name) {
        Some(handler) => Ok((handler, fields)),
        None => Err(Error::invalid(format!(
            "there is no message of type `{name}`"
        ))),
    }
}

fn tell(sender: &Socket, result: Result<()>) -> Result<()> {
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
