//! From a request to a web socket.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::turns::Work;
use super::{Object, SocketCode};
use crate::error::Result;
use crate::instance::Instance;
use crate::instance::storage::Storage;
use crate::platform::Upgrade;
use crate::request::{Request, error_response};
use crate::sockets::admission::{Opening, PreparedSocket};
use crate::sockets::handshake::{asks, check, parts};
use crate::sockets::raw::Accepted;
use crate::sockets::{Admission, Decision};
use crate::turn::{Turn, current};

/// Prepares the socket that a handler has admitted.
pub(crate) fn admit<T: Serialize + DeserializeOwned>(
    instance: &Instance,
    opening: Opening,
    admission: Admission<T>,
) -> Result<Decision> {
    let id = instance.platform().new_socket_id();
    opening.admit(admission, id, instance.now())
}

/// Opens a socket, and does what is to happen then.
fn accept(instance: &Instance, mut socket: PreparedSocket) -> Result<Accepted> {
    let (id, on_open) = (socket.id.clone(), std::mem::take(&mut socket.on_open));
    let accepted = instance.platform().accept(socket)?;
    if !on_open.is_empty()
        && let Some(socket) = instance.platform().socket(&id)
    {
        on_open.into_iter().for_each(|open| open(&socket));
    }
    Ok(accepted)
}

impl Object {
    /// Whether a request is for a web socket of the actor: its path is theirs, and it asks for
    /// one or the actor has no other handler for it.
    pub(super) fn opens(&self, path: &str, upgrade: Option<&str>) -> bool {
        let code = self.memory.code;
        let mut sockets = code.sockets.iter();
        sockets.any(|sockets| path.ends_with(sockets.options.path))
            && (code.on_request.is_none() || upgrade.is_some_and(|names| asks(parts(names))))
    }

    /// Lets the actor decide on a request for a web socket, and opens it.
    pub(super) fn open(&self, sockets: &SocketCode, mut request: Request) -> Turn<Upgrade> {
        let chain = current::take_header(request.headers_mut());
        let object = self.awaited("on_connect", chain);
        let protocol = match check(&request, sockets.options) {
            Ok(protocol) => protocol,
            Err(refusal) => return Turn::Done(Ok(Upgrade::Refused(refusal.into_response()))),
        };
        let opening = Opening { request, protocol };
        let turn = match sockets.on_connect {
            Some(handler) => handler(&object, opening),
            None => object.admit_all(opening),
        };
        // After the commit, and before any other turn begins.
        turn.map(move |admitted| {
            let opened = admitted.and_then(|admitted| match admitted {
                Decision::Open(socket) => accept(object.instance(), socket).map(Upgrade::Open),
                Decision::Refused(response) => Ok(Upgrade::Refused(response)),
            });
            Ok(opened.unwrap_or_else(|error| Upgrade::Refused(error_response(&error))))
        })
    }

    /// The turn of an actor that has no handler which decides.
    fn admit_all(&self, opening: Opening) -> Turn<Decision> {
        let instance = self.instance().clone();
        let admit = move |_: &_| admit(&instance, opening, Admission::new(()));
        self.turn(Work::Shared(Storage::Nothing, Box::new(admit)))
    }
}
