//! How the web sockets of an actor are declared.

/// What `#[actor(sockets(..))]` says.
#[doc(hidden)]
pub struct SocketOptions {
    /// What the path of a request for a web socket ends with.
    pub path: &'static str,
    /// A message, and what the platform answers it with by itself.
    pub auto_response: Option<(&'static str, &'static str)>,
    /// Whose pages may connect besides those of the same host.
    pub origins: &'static [&'static str],
    /// The sub-protocols that are spoken, the best first.
    pub protocols: &'static [&'static str],
    /// The size of the largest message that is taken, in bytes.
    pub max_bytes: usize,
}
