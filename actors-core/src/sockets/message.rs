//! The events of a web socket.

use bytes::Bytes;

use crate::error::Result;

/// A received message.
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
    /// The code from the other end: 1005 if it gave none, 1006 if the connection was lost.
    pub code: u16,
    /// The reason from the other end.
    pub reason: String,
    /// Whether the other end announced the close: false if the connection was lost.
    pub was_clean: bool,
}

/// An event of a socket.
pub(crate) enum Event {
    Message(Result<Message, TooLong>),
    Close(Close),
    Error(String),
}

/// A message of so many bytes, which was not copied over.
pub(crate) struct TooLong(pub(crate) usize);
