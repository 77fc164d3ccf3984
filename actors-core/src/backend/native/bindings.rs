//! What the simulated Worker is bound to, as its test has set it up.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use bytes::Bytes;

use super::disk::Disk;
use super::fake::Fakes;
use crate::bindings::Object;
use crate::time::Timestamp;

/// The bindings by their names.
#[derive(Default)]
pub(crate) struct Bound {
    all: RefCell<BTreeMap<String, Binding>>,
    /// What was read from them.
    read: RefCell<Vec<Rc<dyn Any>>>,
}

/// The objects of a bucket, by their keys.
pub(super) type Objects = RefCell<BTreeMap<String, (Object, Bytes)>>;

/// One binding.
#[derive(Clone)]
pub(crate) enum Binding {
    /// A variable or a secret.
    Text(String),
    /// A JSON variable.
    Json(String),
    /// A KV namespace.
    Kv(Rc<Values>),
    /// A queue.
    Queue(Rc<Waiting>),
    /// An R2 bucket.
    Bucket(Rc<Objects>),
    /// A D1 database.
    Database(Rc<Disk>),
    /// Objects of another Worker.
    Objects(Fakes),
    /// The entrypoint of another Worker.
    Service(Fakes),
}

/// The values of a KV namespace, by key.
pub(crate) type Values = RefCell<BTreeMap<String, Value>>;

/// A value in KV.
pub(crate) struct Value {
    pub(super) value: Vec<u8>,
    pub(super) expires: Option<Timestamp>,
    pub(super) metadata: Option<String>,
}

/// The messages that wait in a queue, in the order in which they were sent: each with the time from
/// which it can be delivered, and its JSON.
pub(crate) type Waiting = RefCell<Vec<(Timestamp, String)>>;

impl Bound {
    pub(crate) fn set(&self, name: &str, binding: Binding) {
        self.all.borrow_mut().insert(name.to_owned(), binding);
        self.read.take();
    }

    pub(crate) fn get(&self, name: &str) -> Option<Binding> {
        self.all.borrow().get(name).cloned()
    }

    pub(super) fn known(&self, ty: TypeId) -> Option<Rc<dyn Any>> {
        let read = self.read.borrow();
        read.iter().find(|read| (***read).type_id() == ty).cloned()
    }

    pub(super) fn keep(&self, read: Rc<dyn Any>) {
        self.read.borrow_mut().push(read);
    }
}
