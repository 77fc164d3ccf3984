//! One web socket, and what belongs to it.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::raw;
use super::raw::{Outgoing, RawSocket};
use crate::error::{Error, Result};
use crate::json;
use crate::time::Timestamp;

/// A web socket of an actor, with the attachment of type `T` that its `#[on_connect]`
/// handler admitted it with. Plain `Socket` has none.
///
/// A clone is the same socket.
pub struct Socket<T = ()>(Rc<Inner<T>>);

struct Inner<T> {
    raw: RawSocket,
    head: Head,
    /// The attachment as last read, and the bytes that it was read from.
    data: RefCell<(Vec<u8>, Rc<T>)>,
    decode: fn(&[u8]) -> Result<T>,
}

/// What the framework keeps with each socket, in front of the user's data.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Head {
    pub(super) id: String,
    pub(super) opened: Timestamp,
    pub(super) protocol: Option<String>,
}

/// The most that the platform stores with a socket, in bytes.
const LIMIT: usize = 16_384;

/// How much of that the platform's own encoding takes.
const PLATFORM: usize = 64;

/// Stands before each name of a stream that a socket follows, behind its attachment: a byte that
/// is in no JSON.
pub(crate) const FOLLOWS: u8 = 0x1e;

/// The stored form of an attachment: `[head, data]` as JSON, and which streams the socket follows.
pub(super) fn attachment<T: Serialize + DeserializeOwned>(
    head: &Head,
    data: &T,
    follows: &[u8],
) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    json::write(&mut bytes, &(head, data))
        .map_err(|error| Error::internal(format!("the attachment can't be stored: {error}")))?;
    bytes.extend_from_slice(follows);
    check_size(&bytes)?;
    decode::<T>(&bytes)
        .map_err(|error| Error::internal(format!("not stored, since {}", error.message())))?;
    Ok(bytes)
}

/// Refuses an attachment that the platform would.
pub(crate) fn check_size(attachment: &[u8]) -> Result<()> {
    let (stored, limit) = (attachment.len() + PLATFORM, LIMIT);
    if stored > limit {
        return Err(Error::invalid(format!(
            "the attachment of a web socket takes {stored} bytes as JSON, with its id, and the \
             platform stores at most {limit}: keep large data in a table, under the socket's id"
        )));
    }
    Ok(())
}

/// Splits a stored attachment into its JSON and the streams that the socket follows.
pub(crate) fn split(attachment: &[u8]) -> (&[u8], &[u8]) {
    let end = attachment.iter().position(|byte| *byte == FOLLOWS);
    attachment.split_at(end.unwrap_or(attachment.len()))
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<(Head, T)> {
    let (json, _) = split(bytes);
    serde_json::from_slice(json).map_err(|error| {
        Error::internal(format!(
            "the attachment of a web socket can't be read: {}",
            json::words(&error)
        ))
    })
}

/// The tag by which a socket is found by its id.
pub(crate) fn id_tag(id: &str) -> String {
    format!("{RESERVED}{id}")
}

/// The prefix of the framework's own tags.
pub(super) const RESERVED: &str = "_actors:";

impl<T: DeserializeOwned> Socket<T> {
    /// A socket that the platform hands over.
    pub(crate) fn known(raw: RawSocket) -> Result<Self> {
        let bytes = raw.attachment();
        let (head, data) = decode(&bytes)?;
        Ok(Self(Rc::new(Inner {
            raw,
            head,
            data: RefCell::new((bytes, Rc::new(data))),
            decode: |bytes| decode(bytes).map(|(_, data)| data),
        })))
    }
}

impl<T> Socket<T> {
    pub(crate) fn raw(&self) -> &RawSocket {
        &self.0.raw
    }

    /// Identifies this socket among all others, forever: the framework chooses it, clients
    /// can't.
    pub fn id(&self) -> &str {
        &self.0.head.id
    }

    /// When it was opened; its age is `ctx.now() - socket.opened()`.
    pub fn opened(&self) -> Timestamp {
        self.0.head.opened
    }

    /// The sub-protocol that was agreed on, if `sockets(protocols(..))` has any
    /// and the client asked for one.
    pub fn protocol(&self) -> Option<&str> {
        self.0.head.protocol.as_deref()
    }

    /// The tags that it was admitted with.
    pub fn tags(&self) -> Vec<String> {
        let mut tags = self.0.raw.tags();
        tags.retain(|tag| !tag.starts_with(RESERVED));
        tags
    }

    /// The current attachment.
    pub fn data(&self) -> Rc<T> {
        let bytes = self.0.raw.attachment();
        let mut known = self.0.data.borrow_mut();
        // Unreadable data is never stored.
        if bytes != known.0
            && let Ok(data) = (self.0.decode)(&bytes)
        {
            *known = (bytes, Rc::new(data));
        }
        known.1.clone()
    }

    /// Sends a message as JSON text.
    ///
    /// It leaves once everything that the actor wrote before is durable; what has been sent
    /// stays sent, even if the turn fails afterwards.
    ///
    /// # Errors
    ///
    /// The socket is closed, or JSON can't represent the message.
    pub fn send<M: Serialize + ?Sized>(&self, message: &M) -> Result<()> {
        self.send_text(&serde_json::to_string(message)?)
    }

    /// Sends a text as it is.
    ///
    /// # Errors
    ///
    /// The socket is closed.
    pub fn send_text(&self, text: &str) -> Result<()> {
        self.0.raw.send(Outgoing::Text(text))
    }

    /// Sends a binary message.
    ///
    /// # Errors
    ///
    /// The socket is closed.
    pub fn send_bytes(&self, bytes: &[u8]) -> Result<()> {
        self.0.raw.send(Outgoing::Bytes(bytes))
    }

    /// Closes the socket with a code (1000, or 3000 to 4999) and a reason (up to 123
    /// bytes). `#[on_close]` runs when the client has acknowledged that, or is gone.
    ///
    /// # Errors
    ///
    /// Any other code, or a longer reason.
    pub fn close(&self, code: u16, reason: &str) -> Result<()> {
        check_close(code, reason)?;
        self.0.raw.close(code, reason)
    }
}

impl<T: Serialize + DeserializeOwned> Socket<T> {
    /// Replaces the attachment. It survives eviction, as the socket does, and costs no row.
    /// A transaction that fails restores the previous one.
    ///
    /// # Errors
    ///
    /// Together with the id it takes more than 16,384 bytes as JSON, or it could not be
    /// read back; then the old one stays.
    pub fn set_data(&self, data: T) -> Result<()> {
        let before = self.0.raw.attachment();
        let bytes = attachment(&self.0.head, &data, split(&before).1)?;
        raw::attach(&self.0.raw, before, &bytes)?;
        *self.0.data.borrow_mut() = (bytes, Rc::new(data));
        Ok(())
    }
}

/// Checks what a socket is to be closed with.
pub(crate) fn check_close(code: u16, reason: &str) -> Result<()> {
    if code != 1000 && !(3000..5000).contains(&code) {
        return Err(Error::invalid(format!(
            "a web socket is closed with the code 1000 or one of 3000 to 4999, not with {code}"
        )));
    }
    if reason.len() > 123 {
        return Err(Error::invalid(format!(
            "the reason for closing a web socket has at most 123 bytes, this one has {}",
            reason.len()
        )));
    }
    Ok(())
}

impl<T> Clone for Socket<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> PartialEq for Socket<T> {
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id()
    }
}

impl<T> Eq for Socket<T> {}

impl<T: fmt::Debug> fmt::Debug for Socket<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket")
            .field("id", &self.id())
            .field("data", &self.data())
            .finish()
    }
}
