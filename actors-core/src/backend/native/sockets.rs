//! Web sockets without a network.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::rc::{Rc, Weak};

use super::http;
use super::sim::{Sim, Slot};
use crate::error::{Error, Result};
use crate::platform::Upgrade;
use crate::request::Request;
use crate::sockets::admission::Guested;
use crate::sockets::message::Event;
use crate::sockets::raw::{Connection, Outgoing, RawSocket};
use crate::sockets::{Close, Message};

/// A web socket, as both of its ends see it.
#[derive(Clone)]
pub(crate) struct Socket(Rc<State>);

struct State {
    world: Weak<Sim>,
    id: String,
    tags: Vec<String>,
    protocol: Option<String>,
    attachment: RefCell<Vec<u8>>,
    /// What the client has not read yet.
    sent: RefCell<VecDeque<Message>>,
    /// What the actor has closed it with.
    closed: RefCell<Option<(u16, String)>>,
    /// Whether it was told of the end.
    has_ended: Cell<bool>,
}

impl PartialEq for Socket {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Socket {
    /// Does `action` when what was written before is durable.
    fn when_durable(&self, action: impl FnOnce(&Self) + 'static) {
        let socket = self.clone();
        if let Some(world) = self.0.world.upgrade() {
            world.send(Box::new(move || action(&socket)));
        }
    }

    pub(super) fn id(&self) -> &str {
        &self.0.id
    }

    pub(super) fn has_tag(&self, tag: &str) -> bool {
        self.0.tags.iter().any(|own| own == tag)
    }

    pub(crate) fn protocol(&self) -> Option<&str> {
        self.0.protocol.as_deref()
    }

    pub(super) fn is_open(&self) -> bool {
        self.0.closed.borrow().is_none() && !self.0.has_ended.get()
    }

    pub(crate) fn receive(&self) -> Option<Message> {
        self.0.sent.borrow_mut().pop_front()
    }

    pub(crate) fn closed(&self) -> Option<(u16, String)> {
        self.0.closed.borrow().clone()
    }
}

impl Connection for Socket {
    fn send(&self, message: Outgoing<'_>) -> Result<()> {
        if !self.is_open() {
            return Err(Error::internal(
                "Can't call WebSocket send() after close().",
            ));
        }
        let message = match message {
            Outgoing::Text(text) => Message::Text(text.to_owned()),
            Outgoing::Bytes(bytes) => Message::Bytes(bytes.to_vec().into()),
        };
        self.when_durable(move |socket| socket.0.sent.borrow_mut().push_back(message));
        Ok(())
    }

    fn close(&self, code: u16, reason: &str) -> Result<()> {
        if self.is_open() {
            self.0.closed.replace(Some((code, reason.to_owned())));
        }
        Ok(())
    }

    fn tags(&self) -> Vec<String> {
        self.0.tags.clone()
    }

    fn attachment(&self) -> Vec<u8> {
        self.0.attachment.borrow().clone()
    }

    fn set_attachment(&self, bytes: &[u8]) -> Result<()> {
        self.0.attachment.replace(bytes.to_vec());
        Ok(())
    }

    fn is(&self, other: &RawSocket) -> bool {
        other.downcast::<Self>() == Some(self)
    }
}

impl Sim {
    /// Ids are random in production; here they are the same in each run.
    pub(super) fn new_socket_id(&self) -> String {
        let number = self.sockets_opened.get() + 1;
        self.sockets_opened.set(number);
        format!("00000000-0000-4000-8000-{number:012}")
    }

    pub(super) fn accept(&self, slot: &Slot, guest: Guested) -> Socket {
        let socket = Socket(Rc::new(State {
            world: self.me.clone(),
            id: guest.id,
            tags: guest.tags,
            protocol: guest.protocol,
            attachment: RefCell::new(guest.attachment),
            sent: RefCell::default(),
            closed: RefCell::default(),
            has_ended: Cell::new(false),
        }));
        for greeting in guest.greetings {
            socket.when_durable(|socket| {
                let mut sent = socket.0.sent.borrow_mut();
                sent.push_back(Message::Text(greeting));
            });
        }
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

    /// Gives an object a message from a client; what the platform answers by
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
                socket.0.sent.borrow_mut().push_back(answer);
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

    /// Tells an object that a socket has come to its end, once.
    pub(crate) fn end(
        &self,
        slot: &Rc<Slot>,
        socket: &Socket,
        event: Event,
    ) -> impl Future<Output = Result<()>> + use<> {
        let is_first = !socket.0.has_ended.replace(true);
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

    /// What a crash leaves of an object's sockets: nothing, and nobody is told.
    pub(super) fn cut(&self, slot: &Slot) {
        for socket in slot.sockets.take() {
            socket.0.has_ended.set(true);
            let lost = (1006, String::new());
            socket.0.closed.borrow_mut().get_or_insert(lost);
        }
    }
}

/// How a client that says nothing of it goes.
pub(crate) fn vanished() -> Close {
    Close {
        code: 1006,
        reason: "WebSocket disconnected without sending Close frame.".to_owned(),
        was_clean: false,
    }
}
