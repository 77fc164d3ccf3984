//! A message on its way to the handler that takes it.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::{Actor, Incoming, MessageHandler, Part, SocketOf};
use crate::error::{Error, Result, shortened};
use crate::json::{self, OwnedFields};
use crate::object::Object;
use crate::rpc::Arguments;
use crate::sockets::Message;
use crate::turn::Turn;

impl<A: Actor> Incoming<A> {
    /// Passes on the fields with these names.
    pub fn fields<P: Arguments>(
        mut self,
        names: &'static [&'static str],
        next: impl FnOnce(&Object, SocketOf<A>, P) -> Turn<()>,
    ) -> Turn<()> {
        match P::from_fields(&mut self.fields, names) {
            Ok(arguments) => next(&self.object, self.socket, arguments),
            Err(error) => self.refuse(error),
        }
    }

    /// Passes on the whole message, read as JSON.
    pub fn json<T: DeserializeOwned>(
        self,
        next: impl FnOnce(&Object, SocketOf<A>, (T,)) -> Turn<()>,
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

    /// Passes on the text.
    pub fn text(self, next: impl FnOnce(&Object, SocketOf<A>, (String,)) -> Turn<()>) -> Turn<()> {
        match self.message {
            Message::Text(text) => next(&self.object, self.socket, (text,)),
            Message::Bytes(_) => self.refuse(Error::internal("not a text")),
        }
    }

    /// Passes on the bytes.
    pub fn bytes(self, next: impl FnOnce(&Object, SocketOf<A>, (Bytes,)) -> Turn<()>) -> Turn<()> {
        match self.message {
            Message::Bytes(bytes) => next(&self.object, self.socket, (bytes,)),
            Message::Text(_) => self.refuse(Error::internal("not bytes")),
        }
    }

    /// Refuses a message that no handler can take.
    pub(super) fn refuse(self, error: Error) -> Turn<()> {
        match A::HANDLERS.on_unhandled {
            Some(handler) => handler(&self.object, self.socket, self.message, error),
            None => Turn::Done(Err(error)),
        }
    }

    /// Finds the handler for the message, and splits a JSON object into its fields.
    pub(super) fn handler(&mut self) -> Result<&'static MessageHandler<A>> {
        let handlers = A::HANDLERS.messages;
        let find = |wanted: Part| handlers.iter().position(|known| known.part == wanted);
        let found = find_handler(&self.message, &mut self.fields, &find)?;
        Ok(&handlers[found])
    }
}

/// The number of the handler for a message, whose fields are filled in if it takes fields.
fn find_handler(
    message: &Message,
    fields: &mut OwnedFields,
    find: &dyn Fn(Part<'_>) -> Option<usize>,
) -> Result<usize> {
    let text = match message {
        Message::Text(text) => text,
        Message::Bytes(_) => {
            let what = "expected a text message, found a binary one";
            return find(Part::Bytes).ok_or_else(|| Error::invalid(what));
        }
    };
    if let Some(handler) = find(Part::Json).or_else(|| find(Part::Text)) {
        return Ok(handler);
    }
    *fields = serde_json::from_str(text).map_err(|error| {
        let words = shortened(&error.to_string());
        Error::invalid(format!("expected a message that is a JSON object: {words}"))
    })?;
    let name = fields.remove("type");
    let Some(Ok(name)) = name.map(|name| json::from_text::<String>(name.get())) else {
        return Err(Error::invalid(
            "a message needs a `type` field that is text",
        ));
    };
    find(Part::Type(&name)).ok_or_else(|| {
        Error::invalid(format!(
            "there is no message of type `{}`",
            shortened(&name)
        ))
    })
}
