//! From a request to a web socket.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Actor;
use super::object::Object;
use crate::error::Result;
use crate::instance::Instance;
use crate::platform::Upgrade;
use crate::request::{Request, Response, error_response};
use crate::sockets::admission::Opening;
use crate::sockets::handshake::{asks, check, parts};
use crate::sockets::{Admission, Decision};
use crate::turn::{Turn, current};

/// Whether a request is for a web socket of the actor: its path is theirs, and it asks for
/// one or the actor has no other handler for it.
pub(crate) fn is_for<A: Actor>(path: &str, upgrade: Option<&str>) -> bool {
    A::SOCKETS.is_some_and(|options| path.ends_with(options.path))
        && (A::HANDLERS.on_request.is_none() || upgrade.is_some_and(|names| asks(parts(names))))
}

/// Prepares the socket that a handler has admitted.
pub(crate) fn admit<T: Serialize + DeserializeOwned>(
    instance: &Instance,
    opening: Opening,
    admission: Admission<T>,
) -> Result<Decision> {
    let id = instance.platform().new_socket_id();
    opening.admit(admission, id, instance.now())
}

/// Lets the actor decide on a request for a web socket, and opens it.
pub(crate) fn upgrade<A: Actor>(object: &Object<A>, mut request: Request) -> Turn<Upgrade> {
    let chain = current::take_header(request.headers_mut());
    let object = object.awaited("on_connect", chain);
    let protocol = match A::SOCKETS.map(|options| check(&request, options)) {
        Some(Ok(protocol)) => protocol,
        Some(Err(refusal)) => return Turn::Done(Ok(Upgrade::Refused(refusal.into_response()))),
        None => return Turn::Done(Ok(Upgrade::Refused(Response::default()))),
    };
    let opening = Opening { request, protocol };
    let turn = match A::HANDLERS.on_connect {
        Some(handler) => handler(&object, opening),
        None => object.shared(|_, ctx| admit(ctx.instance(), opening, Admission::new(()))),
    };
    // After the commit, and before any other turn begins.
    turn.map(move |admitted| {
        let opened = admitted.and_then(|admitted| match admitted {
            Decision::Open(socket) => {
                let accepted = object.instance().platform().accept(socket);
                accepted.map(Upgrade::Open)
            }
            Decision::Refused(response) => Ok(Upgrade::Refused(response)),
        });
        Ok(opened.unwrap_or_else(|error| Upgrade::Refused(error_response(&error))))
    })
}
