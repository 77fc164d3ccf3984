//! The declared options of an actor's web sockets.

/// The options of `#[actor(sockets(..))]`.
#[doc(hidden)]
pub struct SocketOptions {
    /// How the path of a request for a web socket ends.
    pub path: &'static str,
    /// A message, and the reply that the platform sends to it by itself.
    pub auto_response: Option<(&'static str, &'static str)>,
    /// Origins whose pages may connect, besides the same origin.
    pub origins: &'static [&'static str],
    /// The supported sub-protocols, the preferred one first.
    pub protocols: &'static [&'static str],
    /// The size of the largest accepted message, in bytes.
    pub max_bytes: usize,
}
