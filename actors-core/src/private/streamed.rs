//! Bodies as arguments and answers of calls.
//!
//! A call carries a ticket in the place of a body, which travels beside it: in a Worker as a
//! `ReadableStream` of the runtime's, natively as it is.

use std::cell::Cell;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Unexpected, Visitor};
use serde::{Serialize, Serializer};

use crate::backend::streams;
use crate::request::Body;

/// A body on its way.
pub struct Streamed(Cell<Option<Body>>);

impl Streamed {
    pub(super) fn new(body: Body) -> Self {
        Self(Cell::new(Some(body)))
    }

    pub(super) fn into_body(self) -> Body {
        self.0.into_inner().unwrap_or_default()
    }
}

impl Serialize for Streamed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let body = self.0.take().unwrap_or_default();
        serializer.serialize_bytes(streams::send(body).as_bytes())
    }
}

/// How a call describes a stream of JavaScript's, which is no value for serde.
const STREAM: &str = "a ReadableStream";

impl<'de> Deserialize<'de> for Streamed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(Ticket).or_else(|error| {
            let is_stream = error.to_string().contains(&format!("{STREAM}, expected"));
            let arrived = is_stream.then(streams::arrived).flatten();
            arrived.map(Self::new).ok_or(error)
        })
    }
}

struct Ticket;

impl Visitor<'_> for Ticket {
    type Value = Streamed;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(STREAM)
    }

    fn visit_bytes<E: de::Error>(self, ticket: &[u8]) -> Result<Streamed, E> {
        let body = streams::claim(ticket).map(Streamed::new);
        body.ok_or_else(|| E::invalid_type(Unexpected::Other("bytes"), &self))
    }
}
