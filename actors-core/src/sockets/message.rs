//! What happens to a web socket.

use bytes::Bytes;

use crate::error::Result;

/// A message as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Bytes),
}

/// How a web socket was closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Close {
    /// The code that the other end gave, 1005 if it gave none, 1006 if the
    /// connection was lost.
    pub code: u16,
    /// The reason that it gave.
    pub reason: String,
    /// Whether it said that it closes: false if the connection was lost.
    pub was_clean: bool,
}

/// What happens to a socket.
pub(crate) enum Event {
    Message(Result<Message, TooLong>),
    Close(Close),
    Error(String),
}

/// A message of so many bytes, which was left where it was.
pub(crate) struct TooLong(pub(crate) usize);
