//! Which streams a web socket follows, as its attachment says it.

use crate::sockets::socket::{FOLLOWS, split};

/// How an attachment says that its socket follows a stream.
pub(super) fn line(name: &str) -> Vec<u8> {
    let name = serde_json::Value::from(name).to_string();
    [&[FOLLOWS], name.as_bytes()].concat()
}

pub(super) fn contains(streams: &[u8], name: &str) -> bool {
    names(streams).any(|other| other == name)
}

/// The streams in that part of an attachment.
pub(super) fn names(streams: &[u8]) -> impl Iterator<Item = String> {
    let names = streams.split(|byte| *byte == FOLLOWS);
    names.filter_map(|name| serde_json::from_slice(name).ok())
}

/// The names of the streams that the socket with that attachment follows.
pub(super) fn followed(attachment: &[u8]) -> impl Iterator<Item = String> {
    names(split(attachment).1)
}
