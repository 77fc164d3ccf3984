//! The decision of an `#[on_connect]` handler.

use http::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::raw::RawSocket;
use super::socket::{Head, RESERVED, attachment, id_tag};
use crate::error::{Error, Result};
use crate::request::{Body, Request, Response, sendable};
use crate::tasks::TaskId;
use crate::time::Timestamp;

/// Whether a client gets its web socket; returned by an `#[on_connect]` handler.
///
/// ```
/// # use actors_core::prelude::*;
/// #[derive(serde::Serialize, serde::Deserialize)]
/// pub struct Member {
///     name: String,
/// }
///
/// #[actor(sockets(path = "/ws"))]
/// pub struct Room {}
///
/// #[actor]
/// impl Room {
///     #[on_connect]
///     fn admit(&mut self, ctx: &Ctx<Self>, request: &Request) -> Result<Admission<Member>> {
///         let Some(name) = request.uri().query().and_then(|query| query.strip_prefix("name=")) else {
///             return Ok(Admission::refuse(401, "who are you?"));
///         };
///         let member = Member { name: name.to_owned() };
///         Ok(Admission::new(member).tag("members").greet(&"welcome"))
///     }
/// }
/// ```
///
/// An error is a refusal too, with the status of its [kind](crate::ErrorKind),
/// and undoes what the handler has done.
pub struct Admission<T>(Kind<T>);

enum Kind<T> {
    Admit(NewSocket<T>),
    Refuse(Result<Response>),
}

struct NewSocket<T> {
    data: T,
    tags: Vec<String>,
    greetings: Result<Vec<String>>,
    follows: Vec<u8>,
    on_open: Vec<OnOpen>,
}

/// What happens as soon as a socket is open.
pub(crate) type OnOpen = Box<dyn FnOnce(&RawSocket)>;

impl<T> Admission<T> {
    /// Admits the client, with that attachment.
    ///
    /// The attachment is stored with the socket and survives eviction with it. It may take
    /// up to 16,384 bytes as JSON, some 150 of which the framework needs.
    pub fn new(data: T) -> Self {
        Self(Kind::Admit(NewSocket {
            data,
            tags: Vec::new(),
            greetings: Ok(Vec::new()),
            follows: Vec::new(),
            on_open: Vec::new(),
        }))
    }

    /// Refuses the client with a response: a status of 400 to 599, and a body. What the
    /// handler has written stays.
    pub fn refuse(status: u16, body: impl Into<Body>) -> Self {
        let status = StatusCode::from_u16(status)
            .ok()
            .filter(|status| (400..=599).contains(&status.as_u16()));
        Self(Kind::Refuse(match status {
            Some(status) => {
                let mut response = Response::new(body.into());
                *response.status_mut() = status;
                Ok(response)
            }
            None => Err(Error::internal(
                "an upgrade is refused with a status of 400 to 599",
            )),
        }))
    }

    /// The same, with a complete response.
    pub fn refuse_with(response: Response) -> Self {
        let refusal = Self::refuse(response.status().as_u16(), ());
        match refusal.0 {
            Kind::Refuse(Ok(_)) => Self(Kind::Refuse(Ok(response))),
            _ => refusal,
        }
    }

    /// Gives the socket a tag, for sending to all sockets that have it: see
    /// [`Sockets::tagged`](crate::Sockets::tagged). Up to 10 different ones, of up to 256
    /// bytes each.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        let tag = tag.into();
        if let Kind::Admit(socket) = &mut self.0
            && !socket.tags.contains(&tag)
        {
            socket.tags.push(tag);
        }
        self
    }

    /// Has the socket hear how far that task comes from now on, by
    /// [`Run::progress`](crate::tasks::Run::progress), and how it ends:
    ///
    /// ```json
    /// {"type":"task","id":7,"progress":"packed"}
    /// {"type":"task","id":7,"state":"done"}
    /// ```
    ///
    /// How far it is already is in [`Task::progress`](crate::tasks::Task::progress), which
    /// [`greet`](Self::greet) can send. It takes one of the socket's tags, `task:7`.
    #[must_use]
    pub fn follow_task<R>(self, id: TaskId<R>) -> Self {
        self.tag(id.tag())
    }

    /// Sends a message as JSON text as soon as the socket is open, before any other.
    #[must_use]
    pub fn greet<M: Serialize + ?Sized>(mut self, message: &M) -> Self {
        if let Kind::Admit(socket) = &mut self.0
            && let Ok(greetings) = &mut socket.greetings
        {
            match serde_json::to_string(message) {
                Ok(text) => greetings.push(text),
                Err(error) => socket.greetings = Err(error.into()),
            }
        }
        self
    }

    /// Keeps with the socket that it follows something, and begins that once it is open.
    pub(crate) fn follow_with(mut self, name: &[u8], on_open: OnOpen) -> Self {
        if let Kind::Admit(socket) = &mut self.0 {
            socket.follows.extend_from_slice(name);
            socket.on_open.push(on_open);
        }
        self
    }
}

/// A request for a web socket that has passed the first checks.
#[doc(hidden)]
pub struct Opening {
    pub request: Request,
    pub(crate) protocol: Option<String>,
}

impl Opening {
    /// Prepares what the handler has admitted, as the socket with that id.
    pub(crate) fn admit<T: Serialize + DeserializeOwned>(
        self,
        admission: Admission<T>,
        id: String,
        opened: Timestamp,
    ) -> Result<Decision> {
        let protocol = self.protocol;
        let head = Head {
            id,
            opened,
            protocol,
        };
        Decision::new(admission, head)
    }
}

/// An admission that has been checked: a socket for the platform to open, or a refusal.
#[doc(hidden)]
pub enum Decision {
    Open(PreparedSocket),
    Refused(Response),
}

/// A socket for the platform to accept.
#[doc(hidden)]
pub struct PreparedSocket {
    pub(crate) id: String,
    pub(crate) tags: Vec<String>,
    pub(crate) attachment: Vec<u8>,
    pub(crate) protocol: Option<String>,
    pub(crate) greetings: Vec<String>,
    pub(crate) on_open: Vec<OnOpen>,
}

impl Decision {
    fn new<T: Serialize + DeserializeOwned>(admission: Admission<T>, head: Head) -> Result<Self> {
        let socket = match admission.0 {
            Kind::Admit(socket) => socket,
            Kind::Refuse(response) => return response.and_then(sendable).map(Self::Refused),
        };
        check_tags(&socket.tags)?;
        let attachment = attachment(&head, &socket.data, &socket.follows)?;
        let mut tags = socket.tags;
        // The platform allows ten: a socket with ten tags of its own is found by searching.
        if tags.len() < MAX_TAGS {
            tags.push(id_tag(&head.id));
        }
        Ok(Self::Open(PreparedSocket {
            id: head.id,
            tags,
            attachment,
            protocol: head.protocol,
            greetings: socket.greetings?,
            on_open: socket.on_open,
        }))
    }
}

/// How many tags the platform allows.
const MAX_TAGS: usize = 10;

/// The longest tag, in bytes.
const MAX_TAG: usize = 256;

fn check_tags(tags: &[String]) -> Result<()> {
    if tags.len() > MAX_TAGS {
        return Err(Error::invalid(format!(
            "a web socket has at most {MAX_TAGS} tags, this one has {}",
            tags.len()
        )));
    }
    for tag in tags {
        let length = tag.len();
        if length == 0 || length > MAX_TAG {
            return Err(Error::invalid(format!(
                "a tag has 1 to {MAX_TAG} bytes, this one has {length}"
            )));
        }
        if tag.starts_with(RESERVED) {
            return Err(Error::invalid(format!(
                "tags that begin with `{RESERVED}` are reserved for the framework"
            )));
        }
    }
    Ok(())
}
