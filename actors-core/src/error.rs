//! The one error type of actors, their stubs and their storage.

use std::fmt;

/// What an actor's handlers, stubs and storage return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, as a [kind](ErrorKind) to match on and a message to read.
///
/// An error that a handler returns reaches its caller with the same kind and
/// message, through a Rust stub as an `Error`, in JavaScript as an `Error`
/// whose `name` is the kind's name:
///
/// ```
/// use actors_core::{Error, ErrorKind};
///
/// let error = Error::not_found("no room is called `attic`");
/// assert_eq!(error.kind(), ErrorKind::NotFound);
/// assert_eq!(error.to_string(), "no room is called `attic`");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    kind: ErrorKind,
    is_permanent: bool,
    message: String,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $status:literal),* $(,)?) => {
        /// The kinds of [`Error`].
        ///
        /// A request whose `#[on_request]` handler fails is answered with the
        /// kind's HTTP status.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorKind {
            $($(#[$doc])* $kind),*
        }

        impl ErrorKind {
            const ALL: &[Self] = &[$(Self::$kind),*];

            /// The kind's name, which is the `name` of the error in JavaScript.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => stringify!($kind)),*
                }
            }

            /// The HTTP status for the kind.
            pub const fn status(self) -> u16 {
                match self {
                    $(Self::$kind => $status),*
                }
            }
        }
    };
}

kinds! {
    /// The caller sent something that can never work: a missing argument, a
    /// value out of range. 400.
    InvalidArgument 400,
    /// The caller is not authenticated. 401.
    Unauthorized 401,
    /// The caller may not do this. 403.
    Forbidden 403,
    /// What was requested does not exist. 404.
    NotFound 404,
    /// The request conflicts with what is stored, a taken name for example. 409.
    Conflict 409,
    /// A failure of the actor itself; the kind of errors that name no other. 500.
    Internal 500,
    /// SQLite refused a statement or a value, or a row is not as expected. 500.
    Sql 500,
    /// What is stored does not fit the code: a table that needs a written migration, a
    /// database that is newer than the code, a persisted field that can't be read. The
    /// actor does not wake, and nothing is changed. 500.
    Schema 500,
    /// The handler panicked. What it had not committed is rolled back, and the actor is
    /// loaded again from its storage. 500.
    Panic 500,
    /// The call would have waited for itself forever: the actor called itself through its
    /// own stub, or an actor that it called has called back while it waited. The call had
    /// no effect; the message shows who called whom. 500.
    Deadlock 500,
    /// The call waited for its turn as long as `#[actor(wait = "30s")]` allows, since
    /// others were running all the time. It has not begun, and never will: it certainly had
    /// no effect. Retrying may succeed. 503.
    Busy 503,
    /// The object was lost before it replied (it moved, or its isolate was restarted), or has
    /// not replied within the limit that the stub was given; or a request to what is outside got
    /// no response. Retrying may succeed; whether it had an effect is unknown. 503.
    Unavailable 503,
    /// The object has more requests waiting than the platform allows. Retrying at once
    /// makes it worse. 429.
    Overloaded 429,
    /// The [task](crate::tasks) was told to end: it was cancelled, or has reached its time limit.
    /// 499.
    Cancelled 499,
}

impl ErrorKind {
    /// The kind with that [`name`](Self::name), if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// The kind and the message of an error as JavaScript writes it, `NotFound: no room`.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        allow(dead_code, reason = "only a Worker needs it")
    )]
    pub(crate) fn from_text(text: &str) -> Option<(Self, &str)> {
        let (name, message) = text.split_once(':')?;
        Some((Self::from_name(name)?, message.strip_prefix(' ')?))
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Error {
    /// An error of the given kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            is_permanent: false,
            message: message.into(),
        }
    }

    /// An [`ErrorKind::InvalidArgument`].
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidArgument, message)
    }

    /// An [`ErrorKind::NotFound`].
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, message)
    }

    /// An [`ErrorKind::Internal`].
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    pub(crate) fn sql(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Sql, message)
    }

    pub(crate) fn schema(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Schema, message)
    }

    /// The kind of this error.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The message, without the kind.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The message for a client outside the Worker.
    pub(crate) fn public_message(&self) -> &str {
        if self.is_ours() {
            "internal error"
        } else {
            &self.message
        }
    }

    /// Whether the fault is not the caller's.
    pub(crate) fn is_ours(&self) -> bool {
        self.kind.status() >= 500
    }

    /// Whether the same call may succeed if retried, which a stub does if it is
    /// [told to](macro@crate::actor#time-limits-and-retries): true for [`ErrorKind::Unavailable`],
    /// where the call may already have had its effect, and for [`ErrorKind::Busy`], where
    /// it certainly had none.
    pub fn is_retryable(&self) -> bool {
        matches!(self.kind, ErrorKind::Unavailable | ErrorKind::Busy)
    }

    /// The same error, which says that another attempt would fail as well: a step of a
    /// [task](crate::tasks) that fails with it is not retried. The mark is lost where the error
    /// leaves the actor, and where a step returns it.
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// fn charged(status: u16) -> Result<()> {
    ///     match status {
    ///         200 => Ok(()),
    ///         402 => Err(Error::invalid("the card was declined").permanent()),
    ///         _ => Err(Error::internal("the bank is not available")),
    ///     }
    /// }
    /// # assert!(charged(402).unwrap_err().is_permanent());
    /// ```
    #[must_use]
    pub fn permanent(mut self) -> Self {
        self.is_permanent = true;
        self
    }

    /// Whether it is marked as [permanent](Self::permanent).
    pub fn is_permanent(&self) -> bool {
        self.is_permanent
    }

    /// The same error, with the place where it happened before its message.
    pub(crate) fn at(mut self, place: impl fmt::Display) -> Self {
        self.message = format!("{place}: {}", self.message);
        self
    }
}

impl From<http::Error> for Error {
    fn from(error: http::Error) -> Self {
        Self::internal(error.to_string())
    }
}

/// Cuts the middle out of a long message: it may quote a value of any length.
pub(crate) fn shortened(message: &str) -> String {
    /// How many bytes are kept at each end.
    const END: usize = 150;
    if message.len() <= 3 * END {
        return message.to_owned();
    }
    let head = &message[..message.floor_char_boundary(END)];
    let tail = &message[message.ceil_char_boundary(message.len() - END)..];
    format!("{head} … {tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_read_from_the_text_of_an_error() {
        for &kind in ErrorKind::ALL {
            let text = format!("{kind}: NotFound: no room: 7");
            let read = ErrorKind::from_text(&text);
            assert_eq!(read, Some((kind, "NotFound: no room: 7")));
        }
        for other in [
            "",
            "NotFound",
            "NotFound:",
            "notfound: x",
            "TypeError: x",
            " NotFound: x",
        ] {
            assert_eq!(ErrorKind::from_text(other), None, "{other}");
        }
    }
}
