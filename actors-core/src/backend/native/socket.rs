//! A web socket without a network.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use super::outbox::Outbox;
use crate::error::{Error, Result};
use crate::sockets::Message;
use crate::sockets::admission::PreparedSocket;
use crate::sockets::raw::{Connection, Outgoing, RawSocket};

/// A web socket, shared by both of its ends.
#[derive(Clone)]
pub(crate) struct Socket(Rc<State>);

struct State {
    outbox: Rc<Outbox>,
    id: String,
    tags: Vec<String>,
    protocol: Option<String>,
    attachment: RefCell<Vec<u8>>,
    /// The messages that the client has not read yet.
    sent: RefCell<VecDeque<Message>>,
    /// The code and reason with which the actor has closed it.
    closed: RefCell<Option<(u16, String)>>,
    /// Whether the actor was told of its end.
    has_ended: Cell<bool>,
}

impl PartialEq for Socket {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Socket {
    pub(super) fn open(outbox: Rc<Outbox>, prepared: PreparedSocket) -> Self {
        let socket = Self(Rc::new(State {
            outbox,
            id: prepared.id,
            tags: prepared.tags,
            protocol: prepared.protocol,
            attachment: RefCell::new(prepared.attachment),
            sent: RefCell::default(),
            closed: RefCell::default(),
            has_ended: Cell::new(false),
        }));
        for greeting in prepared.greetings {
            socket.when_durable(|socket| socket.push(Message::Text(greeting)));
        }
        socket
    }

    /// Gives the client a message.
    pub(super) fn push(&self, message: Message) {
        self.0.sent.borrow_mut().push_back(message);
    }

    /// Records its end, and returns whether that is new.
    pub(super) fn end(&self) -> bool {
        !self.0.has_ended.replace(true)
    }

    /// Breaks the connection without telling the actor.
    pub(super) fn lose(&self) {
        self.end();
        let lost = (1006, String::new());
        self.0.closed.borrow_mut().get_or_insert(lost);
    }

    /// Runs `action` once everything written before is durable.
    fn when_durable(&self, action: impl FnOnce(&Self) + 'static) {
        let socket = self.clone();
        self.0.outbox.send(Box::new(move || action(&socket)));
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
        self.when_durable(move |socket| socket.push(message));
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
