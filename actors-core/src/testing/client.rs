//! Requests and web sockets without a network: the client's end.

use std::rc::Rc;

use http::{HeaderValue, Uri, header};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Which, World};
use crate::actor::Actor;
use crate::backend::native::{Slot, Socket, vanished};
use crate::entry::Entry;
use crate::error::Result;
use crate::platform::Upgrade;
use crate::request::{Body, Request, Response, error_response};
use crate::sockets::message::Event;
use crate::sockets::{Close, Message};

/// The client's end of a web socket, from [`World::connect`].
pub struct Client<'a> {
    world: &'a World,
    slot: Rc<Slot>,
    socket: Socket,
}

impl<'a> Client<'a> {
    pub(super) fn new(world: &'a World, slot: Rc<Slot>, socket: Socket) -> Self {
        Self {
            world,
            slot,
            socket,
        }
    }

    /// Sends a message as JSON text, and lets it be handled.
    ///
    /// # Errors
    ///
    /// The handler's error, if it is the actor's fault: the client itself would not be
    /// told.
    pub fn send<T: Serialize + ?Sized>(&self, message: &T) -> Result<()> {
        self.send_text(&serde_json::to_string(message)?)
    }

    /// Sends a text as it is, and lets it be handled.
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send).
    pub fn send_text(&self, text: &str) -> Result<()> {
        self.deliver(Message::Text(text.to_owned()))
    }

    /// Sends a binary message, and lets it be handled.
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send).
    pub fn send_bytes(&self, bytes: &[u8]) -> Result<()> {
        self.deliver(Message::Bytes(bytes.to_vec().into()))
    }

    fn deliver(&self, message: Message) -> Result<()> {
        let sim = &self.world.sim;
        self.world
            .run(sim.message(&self.slot, &self.socket, message))
    }

    /// Returns the next message that the actor has sent, if there is one, read as JSON.
    pub fn receive<T: DeserializeOwned>(&self) -> Option<Result<T>> {
        Some(match self.receive_message()? {
            Message::Text(text) => serde_json::from_str(&text).map_err(Into::into),
            Message::Bytes(bytes) => serde_json::from_slice(&bytes).map_err(Into::into),
        })
    }

    /// Returns the next message that the actor has sent, if there is one, as it is.
    pub fn receive_message(&self) -> Option<Message> {
        self.socket.receive()
    }

    /// The sub-protocol that the actor has chosen.
    pub fn protocol(&self) -> Option<&str> {
        self.socket.protocol()
    }

    /// Closes the socket, or acknowledges that the actor has closed it, and lets that be
    /// handled.
    ///
    /// # Errors
    ///
    /// The error of the actor's `#[on_close]` handler.
    pub fn close(self, code: u16, reason: &str) -> Result<()> {
        self.end(Event::Close(Close {
            code,
            reason: reason.to_owned(),
            was_clean: true,
        }))
    }

    /// Disappears without closing, like a client that loses its network.
    ///
    /// # Errors
    ///
    /// Those of [`close`](Self::close).
    pub fn vanish(self) -> Result<()> {
        self.end(Event::Close(vanished()))
    }

    /// Breaks the connection with a protocol error.
    ///
    /// # Errors
    ///
    /// The error of the actor's `#[on_error]` or `#[on_close]` handler.
    pub fn fail(self, message: &str) -> Result<()> {
        self.end(Event::Error(message.to_owned()))
    }

    fn end(self, event: Event) -> Result<()> {
        let sim = &self.world.sim;
        self.world.run(sim.end(&self.slot, &self.socket, event))
    }

    /// The code and the reason with which the actor has closed the socket, if it has; 1006
    /// if the connection was lost.
    pub fn closed(&self) -> Option<(u16, String)> {
        self.socket.closed()
    }
}

impl World {
    /// Sends a request to an instance's `#[on_request]` handler, bypassing `entry!`. A URL
    /// that is only a path, such as `/rooms/attic`, is taken to be at `http://localhost`.
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// # #[actor] pub struct Shop {}
    /// # #[actor] impl Shop {
    /// #     #[on_request] fn answer(&self, request: Request<String>) -> Result<Response> {
    /// #         json_response(200, &request.into_body())
    /// #     }
    /// # }
    /// # let world = actors_core::testing::World::new();
    /// let request = http::Request::post("/shops/a/orders").body("two apples")?;
    /// let response = world.request::<Shop>("a", request)?;
    /// assert_eq!(response.status(), 200);
    /// let body = world.run(response.into_body().bytes())?;
    /// assert_eq!(body, r#""two apples""#);
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The actor has no `#[on_request]` handler, or it panicked or was lost; an error that
    /// its handler returns is a response.
    pub fn request<'w, A: Actor>(
        &self,
        which: impl Into<Which<'w>>,
        request: http::Request<impl Into<Body>>,
    ) -> Result<Response> {
        let request = absolute(request.map(Into::into), None);
        self.run(self.sim.fetch(&self.slot::<A>(which), request))
    }

    /// Opens a web socket to an instance, with a minimal request as from a simple program.
    ///
    /// # Panics
    ///
    /// The actor has no web sockets, or refuses this one.
    #[track_caller]
    pub fn connect<'w, A: Actor>(&self, which: impl Into<Which<'w>>) -> Client<'_> {
        match self.connect_with::<A>(which, http::Request::default()) {
            Ok(client) => client,
            Err(response) => panic!("the socket was refused: {response:?}"),
        }
    }

    /// Opens a web socket with a request of your own: `#[on_connect]` sees its query and
    /// headers. The path and the headers of an upgrade are added where they are missing.
    ///
    /// # Errors
    ///
    /// The response of a refusal.
    #[allow(
        clippy::result_large_err,
        reason = "the refusal is returned as the response it is"
    )]
    pub fn connect_with<'w, A: Actor>(
        &self,
        which: impl Into<Which<'w>>,
        request: http::Request<()>,
    ) -> Result<Client<'_>, Response> {
        let slot = self.slot::<A>(which);
        let request = upgrading(request, slot.socket_path());
        let upgraded = self.run(self.sim.upgrade(&slot, request));
        self.client(upgraded.map(|upgrade| (Some(slot), upgrade)))
    }

    /// Opens a web socket through the Worker that [`entry!`](macro@crate::entry) describes, by the type
    /// `Worker` that it writes: its `before` sees the request, and the path says which instance it is
    /// for. The headers of an upgrade are added where they are missing.
    ///
    /// ```
    /// mod my_worker {
    ///     use std::ops::ControlFlow;
    ///
    ///     use actors_core::prelude::*;
    ///
    ///     #[actor(sockets(path = "/ws"))]
    ///     pub struct Room {}
    ///
    ///     #[actor]
    ///     impl Room {
    ///         #[on_connect]
    ///         fn enter(&self) -> Result<Admission<()>> {
    ///             Ok(Admission::new(()))
    ///         }
    ///     }
    ///
    ///     /// A browser can't send a web socket's request with headers of its own, but it sends cookies.
    ///     async fn authenticate(
    ///         request: Request,
    ///         _env: &Env,
    ///     ) -> Result<ControlFlow<Response, Request>> {
    ///         match request.headers().contains_key("cookie") {
    ///             true => Ok(ControlFlow::Continue(request)),
    ///             false => Err(Error::new(ErrorKind::Unauthorized, "log in first")),
    ///         }
    ///     }
    ///
    ///     actors_core::entry!(before = authenticate, "/rooms/{name}/ws" => Room);
    /// }
    ///
    /// use actors_core::http;
    /// use actors_core::testing::World;
    /// use my_worker::Worker;
    ///
    /// // #[test]
    /// fn only_who_has_logged_in_enters() {
    ///     let world = World::new();
    ///     let request = http::Request::get("/rooms/attic/ws");
    ///     let refused = world.connect_through::<Worker>(request.body(()).unwrap());
    ///     assert_eq!(refused.err().unwrap().status(), 401);
    ///     let request = http::Request::get("/rooms/attic/ws").header("cookie", "user=ann");
    ///     assert!(world.connect_through::<Worker>(request.body(()).unwrap()).is_ok());
    /// }
    /// # only_who_has_logged_in_enters();
    /// ```
    ///
    /// # Errors
    ///
    /// The response of a refusal, or of whoever else answers the request.
    #[allow(
        clippy::result_large_err,
        reason = "the refusal is returned as the response it is"
    )]
    pub fn connect_through<W: Entry>(
        &self,
        request: http::Request<()>,
    ) -> Result<Client<'_>, Response> {
        let request = upgrading(request, None);
        let checked = self.check_bindings::<W>();
        self.client(checked.and_then(|()| self.run(self.sim.enter(W::FRONT, self.env(), request))))
    }

    #[allow(
        clippy::result_large_err,
        reason = "the refusal is returned as the response it is"
    )]
    fn client(&self, entered: Result<(Option<Rc<Slot>>, Upgrade)>) -> Result<Client<'_>, Response> {
        match entered {
            Ok((Some(slot), Upgrade::Open(accepted))) => {
                let socket = accepted.downcast::<Socket>();
                let socket = socket.expect("a world accepts its own sockets");
                Ok(Client::new(self, slot, socket))
            }
            Ok((None, Upgrade::Open(_))) => unreachable!("only an object has web sockets"),
            Ok((_, Upgrade::Refused(response))) => Err(response),
            Err(error) => Err(error_response(&error)),
        }
    }
}

/// Turns the request into one for a web socket.
fn upgrading(request: http::Request<()>, path: Option<&str>) -> Request {
    let mut request = absolute(request.map(Body::from), path);
    let upgrade = request.headers_mut().entry(header::UPGRADE);
    upgrade.or_insert(HeaderValue::from_static("websocket"));
    request
}

/// Makes the URL of the request absolute: without a host it gets one, and `path` if given.
pub(super) fn absolute(mut request: Request, path: Option<&str>) -> Request {
    let uri = request.uri();
    if uri.authority().is_none() {
        let path = path.unwrap_or(uri.path());
        let query = uri.query().map(|query| format!("?{query}"));
        let uri = format!("http://localhost{path}{}", query.unwrap_or_default());
        *request.uri_mut() = Uri::try_from(uri).unwrap_or_default();
    }
    request
}
