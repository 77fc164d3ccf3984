//! The chunks of a stream that another actor sends as a body.

use std::marker::PhantomData;

use bytes::BytesMut;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::cursor::{Cursor, StreamState};
use crate::error::{Error, Result};
use crate::json::words;
use crate::request::Body;

/// Reads what [`Stream::lines`](super::Stream::lines) sends, in a Worker or another actor.
pub struct Chunks<T> {
    body: Body,
    buffer: BytesMut,
    value: PhantomData<fn() -> T>,
}

/// What a reader of a stream is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chunk<T> {
    /// A chunk.
    Value(T),
    /// The stream has ended.
    End(StreamState),
    /// What was between the reader's cursor and this one is no longer kept.
    Trimmed,
}

#[derive(Deserialize)]
struct Line<'a> {
    cursor: Cursor,
    /// None for a `null`, too.
    #[serde(borrow)]
    value: Option<&'a RawValue>,
    end: Option<StreamState>,
    #[serde(default)]
    trimmed: bool,
}

impl<T: DeserializeOwned> Chunks<T> {
    /// Reads that body.
    pub fn new(body: Body) -> Self {
        Self {
            body,
            buffer: BytesMut::new(),
            value: PhantomData,
        }
    }

    /// Waits for what comes next: nothing after the end of the stream.
    ///
    /// # Errors
    ///
    /// The body has broken off: get another one, from the last cursor. A chunk is not a `T`.
    pub async fn next(&mut self) -> Result<Option<(Cursor, Chunk<T>)>> {
        loop {
            while let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let line = self.buffer.split_to(end + 1);
                if end > 0 {
                    return read(&line).map(Some);
                }
            }
            match self.body.chunk().await? {
                Some(bytes) => self.buffer.extend_from_slice(&bytes),
                None => return Ok(None),
            }
        }
    }
}

fn read<T: DeserializeOwned>(line: &[u8]) -> Result<(Cursor, Chunk<T>)> {
    let unreadable = |error| {
        let words = words(&error);
        Error::internal(format!("a chunk of a stream can't be read: {words}"))
    };
    let line: Line<'_> = serde_json::from_slice(line).map_err(unreadable)?;
    let chunk = match (line.end, line.trimmed) {
        (Some(state), _) => Chunk::End(state),
        (None, true) => Chunk::Trimmed,
        (None, false) => {
            let value = line.value.map_or("null", RawValue::get);
            Chunk::Value(serde_json::from_str(value).map_err(unreadable)?)
        }
    };
    Ok((line.cursor, chunk))
}
