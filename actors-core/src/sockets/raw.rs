//! Web sockets, as the platform provides them.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::ops::Deref;
use std::rc::Rc;

use crate::error::Result;

/// One end of a web socket, which stays open while the actor is not in memory.
pub(crate) trait Connection: Any {
    fn send(&self, message: Outgoing<'_>) -> Result<()>;
    fn close(&self, code: u16, reason: &str) -> Result<()>;
    /// The tags that it was accepted with.
    fn tags(&self) -> Vec<String>;
    fn attachment(&self) -> Vec<u8>;
    fn set_attachment(&self, bytes: &[u8]) -> Result<()>;
    /// Whether both are the same socket.
    fn is(&self, other: &RawSocket) -> bool;
}

/// A web socket of any platform.
#[derive(Clone)]
pub(crate) struct RawSocket(Rc<dyn Connection>);

impl RawSocket {
    pub(crate) fn new(socket: impl Connection) -> Self {
        Self(Rc::new(socket))
    }

    /// The socket as its platform knows it.
    pub(crate) fn downcast<T: Connection>(&self) -> Option<&T> {
        let socket: &dyn Any = &*self.0;
        socket.downcast_ref()
    }
}

impl Deref for RawSocket {
    type Target = dyn Connection;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl PartialEq for RawSocket {
    fn eq(&self, other: &Self) -> bool {
        self.0.is(other)
    }
}

/// What the platform hands to the client after accepting its socket.
pub(crate) struct Accepted(Box<dyn Any>);

impl Accepted {
    pub(crate) fn new(handed: impl Any) -> Self {
        Self(Box::new(handed))
    }

    /// What was handed over, as its platform knows it.
    pub(crate) fn downcast<T: Any>(self) -> Option<T> {
        self.0.downcast().ok().map(|handed| *handed)
    }
}

/// A selection of an object's sockets.
#[derive(Default)]
pub(crate) struct Selection<'a> {
    /// Those that have all these tags.
    pub(crate) tags: Vec<&'a str>,
    pub(crate) except: Vec<RawSocket>,
}

/// An outgoing message.
#[derive(Clone, Copy)]
pub(crate) enum Outgoing<'a> {
    Text(&'a str),
    Bytes(&'a [u8]),
}

thread_local! {
    /// The attachments of sockets before the open transactions changed them. Transactions are
    /// synchronous, so all open ones belong to one object.
    static CHANGED: RefCell<Vec<(RawSocket, Vec<u8>)>> = const { RefCell::new(Vec::new()) };
    static OPEN: Cell<u32> = const { Cell::new(0) };
}

/// The attachments that an open transaction has changed.
pub(crate) struct Attachments {
    /// How many had been changed before it.
    before: usize,
}

impl Attachments {
    pub(crate) fn open() -> Self {
        OPEN.set(OPEN.get() + 1);
        Self {
            before: CHANGED.with_borrow(Vec::len),
        }
    }

    /// Restores what the transaction has changed.
    pub(crate) fn undo(&self) {
        let changed = CHANGED.with_borrow_mut(|all| all.split_off(self.before));
        for (socket, attachment) in changed.into_iter().rev() {
            // A socket that is gone does not need it.
            let _ = socket.set_attachment(&attachment);
        }
    }
}

impl Drop for Attachments {
    fn drop(&mut self) {
        OPEN.set(OPEN.get() - 1);
        if OPEN.get() == 0 {
            CHANGED.take();
        }
    }
}

/// Replaces the attachment of a socket, which was `before`, until the open transaction fails.
pub(crate) fn attach(socket: &RawSocket, before: Vec<u8>, bytes: &[u8]) -> Result<()> {
    if OPEN.get() > 0 {
        CHANGED.with_borrow_mut(|all| all.push((socket.clone(), before)));
    }
    socket.set_attachment(bytes)
}
