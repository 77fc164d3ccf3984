//! The web sockets of the simulated world.

use std::future::Future;
use std::rc::Rc;

use super::http;
use super::sim::{Sim, Slot};
use super::socket::Socket;
use crate::error::Result;
use crate::platform::Upgrade;
use crate::request::Request;
use crate::sockets::admission::PreparedSocket;
use crate::sockets::message::Event;
use crate::sockets::raw::RawSocket;
use crate::sockets::{Close, Message};

impl Sim {
    /// Ids are random in production; here they are the same in each run.
    pub(super) fn new_socket_id(&self) -> String {
        let number = self.sockets_opened.get() + 1;
        self.sockets_opened.set(number);
        format!("00000000-0000-4000-8000-{number:012}")
    }

    pub(super) fn accept(&self, slot: &Slot, prepared: PreparedSocket) -> Socket {
        let socket = Socket::open(self.outbox.clone(), prepared);
        slot.sockets.borrow_mut().insert(0, socket.clone());
        socket
    }

    /// Asks an object for a web socket.
    pub(crate) fn upgrade(
        &self,
        slot: &Rc<Slot>,
        request: Request,
    ) -> impl Future<Output = Result<Upgrade>> + use<> {
        let what = format!("upgrade {}", request.uri());
        self.deliver(slot, what, move |object| http::upgrade(object, request))
    }

    /// Delivers a message from a client to an object; one that the platform replies to by
    /// itself does not wake it.
    pub(crate) fn message(
        &self,
        slot: &Rc<Slot>,
        socket: &Socket,
        message: Message,
    ) -> impl Future<Output = Result<()>> + use<> {
        let answer = match &message {
            Message::Text(text) => slot.auto_response(text),
            Message::Bytes(_) => None,
        };
        let delivery = match answer {
            Some(answer) => {
                let answer = Message::Text(answer.to_owned());
                socket.push(answer);
                None
            }
            None if !socket.is_open() => None,
            None => {
                let socket = socket.clone();
                let what = format!("message {message:?}");
                let event = Event::Message(Ok(message));
                Some(self.deliver(slot, what, move |object| {
                    object.socket(RawSocket::new(socket), event)
                }))
            }
        };
        async {
            match delivery {
                Some(delivery) => delivery.await,
                None => Ok(()),
            }
        }
    }

    /// Tells an object that a socket has ended, once.
    pub(crate) fn end(
        &self,
        slot: &Rc<Slot>,
        socket: &Socket,
        event: Event,
    ) -> impl Future<Output = Result<()>> + use<> {
        let is_first = socket.end();
        slot.sockets.borrow_mut().retain(|other| other != socket);
        let socket = socket.clone();
        let delivery = is_first.then(|| {
            self.deliver(slot, "the end of a socket".to_owned(), |object| {
                object.socket(RawSocket::new(socket), event)
            })
        });
        async {
            match delivery {
                Some(delivery) => delivery.await,
                None => Ok(()),
            }
        }
    }

    /// Ends an object's sockets as a crash does: without telling anyone.
    pub(super) fn cut(&self, slot: &Slot) {
        for socket in slot.sockets.take() {
            socket.lose();
        }
    }
}

/// How a client ends that disappears.
pub(crate) fn vanished() -> Close {
    Close {
        code: 1006,
        reason: "WebSocket disconnected without sending Close frame.".to_owned(),
        was_clean: false,
    }
}
