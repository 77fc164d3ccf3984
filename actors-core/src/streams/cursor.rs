//! Places in a stream, and how it ends.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::request::Request;

/// A place in a stream: that of a chunk, of the end, or [`START`](Self::START).
///
/// As JSON it is a number, up to 2^53.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Cursor(pub(super) u64);

impl Cursor {
    /// Before the first chunk that is kept.
    pub const START: Self = Self(0);

    /// The cursor with which a client comes again: the `Last-Event-ID` of the request, which a
    /// browser's `EventSource` sends by itself, else the `from` of its query, else
    /// [`START`](Self::START).
    ///
    /// ```
    /// use actors_core::streams::Cursor;
    ///
    /// let request = http::Request::builder().uri("https://example.com/words?from=7").body(())?;
    /// assert_eq!(Cursor::of(&request)?.to_string(), "7");
    /// # Ok::<(), actors_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// That is no cursor.
    pub fn of<B>(request: &Request<B>) -> Result<Self> {
        let header = request.headers().get("last-event-id");
        let header = header.map(|value| value.to_str().unwrap_or("?"));
        let query = request.uri().query().unwrap_or_default();
        let mut query = query.split('&');
        let given = header.or_else(|| query.find_map(|part| part.strip_prefix("from=")));
        given.map_or(Ok(Self::START), str::parse)
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let cursor = text.parse().map(Self);
        cursor.map_err(|_| Error::invalid("a cursor of a stream is a number"))
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whether more can be appended to a stream.
///
/// As JSON it is `"open"`, `"closed"` or `{"failed":"the reason"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StreamState {
    /// More can be appended.
    Open,
    /// It has ended with [`close`](super::Stream::close).
    Closed,
    /// It has ended with [`fail`](super::Stream::fail), for that reason.
    Failed(String),
}
