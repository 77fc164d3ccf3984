//! From a request to a web socket: what is checked, and in which order.

use http::{HeaderMap, Method, StatusCode, header};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::admission::{Admission, Admitted};
use super::socket::Head;
use crate::actor::Actor;
use crate::backend::Accepted;
use crate::calls;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::object::{Object, Turn};
use crate::request::{Request, Response, error_response};

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

/// A request for a web socket that has passed the first checks.
#[doc(hidden)]
pub struct Opening {
    pub request: Request,
    protocol: Option<String>,
}

/// What a request for a web socket comes to.
pub(crate) enum Upgrade {
    Open(Accepted),
    Refused(Response),
}

impl Opening {
    /// Makes ready what the handler has admitted.
    pub fn settle<A, T: Serialize + DeserializeOwned>(
        self,
        ctx: &Ctx<A>,
        admission: Admission<T>,
    ) -> Result<Admitted> {
        let head = Head {
            id: ctx.platform().new_socket_id(),
            opened: ctx.now(),
            protocol: self.protocol,
        };
        Admitted::settle(admission, head)
    }
}

/// Whether a request with that path is for a web socket of the actor.
pub(crate) fn is_for<A: Actor>(path: &str) -> bool {
    A::SOCKETS.is_some_and(|options| path.ends_with(options.path))
}

/// Lets the actor decide on a request for a web socket, and opens it.
pub(crate) fn upgrade<A: Actor>(object: &Object<A>, mut request: Request) -> Turn<Upgrade> {
    let chain = calls::take_header(request.headers_mut());
    let object = object.asked("on_connect", chain);
    let protocol = match A::SOCKETS.map(|options| check(&request, options)) {
        Some(Ok(protocol)) => protocol,
        Some(Err(refusal)) => return Turn::Done(Ok(Upgrade::Refused(refusal.into_response()))),
        None => return Turn::Done(Ok(Upgrade::Refused(Response::default()))),
    };
    let opening = Opening { request, protocol };
    let turn = match A::HANDLERS.on_connect {
        Some(handler) => handler(&object, opening),
        None => object.shared(|_, ctx| opening.settle(ctx, Admission::new(()))),
    };
    // After the commit, and before any other turn begins.
    turn.map(move |admitted| {
        let opened = admitted.and_then(|admitted| match admitted {
            Admitted::Guest(guest) => object.ctx().platform().accept(guest).map(Upgrade::Open),
            Admitted::Refused(response) => Ok(Upgrade::Refused(response)),
        });
        Ok(opened.unwrap_or_else(|error| Upgrade::Refused(error_response(&error))))
    })
}

/// Why a request does not become a web socket.
struct Refusal {
    status: StatusCode,
    message: &'static str,
    header: Option<(header::HeaderName, &'static str)>,
}

impl Refusal {
    fn new(status: StatusCode, message: &'static str) -> Self {
        Self {
            status,
            message,
            header: None,
        }
    }

    fn with(self, name: header::HeaderName, value: &'static str) -> Self {
        let header = Some((name, value));
        Self { header, ..self }
    }

    fn into_response(self) -> Response {
        let mut response = Response::new(self.message.into());
        *response.status_mut() = self.status;
        if let Some((name, value)) = self.header {
            let value = header::HeaderValue::from_static(value);
            response.headers_mut().insert(name, value);
        }
        response
    }
}

/// The sub-protocol for a request that may become a web socket, or why it may not.
fn check(request: &Request, options: &SocketOptions) -> Result<Option<String>, Refusal> {
    let headers = request.headers();
    let asks = list(headers, header::UPGRADE).any(|name| name.eq_ignore_ascii_case("websocket"));
    if !asks {
        let message = "this path is for web sockets";
        return Err(
            Refusal::new(StatusCode::UPGRADE_REQUIRED, message).with(header::UPGRADE, "websocket")
        );
    }
    if request.method() != Method::GET {
        let message = "a web socket is opened with GET";
        return Err(
            Refusal::new(StatusCode::METHOD_NOT_ALLOWED, message).with(header::ALLOW, "GET")
        );
    }
    if text(headers, header::SEC_WEBSOCKET_VERSION).is_some_and(|version| version != "13") {
        let message = "web sockets have version 13 here";
        return Err(Refusal::new(StatusCode::UPGRADE_REQUIRED, message)
            .with(header::SEC_WEBSOCKET_VERSION, "13"));
    }
    if !may_connect(request, options.origins) {
        let message = "pages of other origins may not connect";
        return Err(Refusal::new(StatusCode::FORBIDDEN, message));
    }
    protocol(headers, options.protocols)
}

/// Whether the page that asks, if it is one, is of the same host or of an origin
/// that is listed. Programs that are no browsers name no origin.
fn may_connect(request: &Request, origins: &[&str]) -> bool {
    let Some(origin) = request.headers().get(header::ORIGIN) else {
        return true;
    };
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    let host = origin.split_once("://").map(|(_, host)| host);
    let own = request.uri().authority().map(|own| own.as_str());
    let is_own = matches!((host, own), (Some(host), Some(own)) if host.eq_ignore_ascii_case(own));
    is_own
        || origins
            .iter()
            .any(|allowed| *allowed == "*" || allowed.eq_ignore_ascii_case(origin))
}

/// The first of ours that the client speaks too.
fn protocol(headers: &HeaderMap, ours: &[&str]) -> Result<Option<String>, Refusal> {
    let theirs: Vec<_> = list(headers, header::SEC_WEBSOCKET_PROTOCOL).collect();
    let common = ours.iter().find(|ours| theirs.contains(ours));
    match common {
        None if !ours.is_empty() && !theirs.is_empty() => Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            "no sub-protocol that is asked for is spoken here",
        )),
        common => Ok(common.map(|name| (*name).to_owned())),
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The parts of a header that is a list with commas.
fn list(headers: &HeaderMap, name: header::HeaderName) -> impl Iterator<Item = &str> {
    let values = headers.get_all(name).iter();
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(',').map(str::trim))
        .filter(|part| !part.is_empty())
}
