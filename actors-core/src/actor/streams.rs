//! The streams of an actor.

use super::ctx::Ctx;
use crate::streams::Streams;

impl<A> Ctx<A> {
    /// The actor's durable streams: chunks in order, each with a cursor, that a client reads from
    /// where it was, and then live.
    pub fn streams(&self) -> Streams<'_> {
        Streams::new(self.instance())
    }
}
