//! What the simulated Worker is bound to, as its test has set it up.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use bytes::Bytes;

use super::disk::Disk;
use crate::bindings::Object;

/// The bindings by their names.
#[derive(Default)]
pub(crate) struct Bound(RefCell<BTreeMap<String, Binding>>);

/// The objects of a bucket, by their keys.
pub(super) type Objects = RefCell<BTreeMap<String, (Object, Bytes)>>;

/// One binding.
#[derive(Clone)]
pub(crate) enum Binding {
    /// A variable or a secret.
    Text(String),
    /// A JSON variable.
    Json(String),
    /// An R2 bucket.
    Bucket(Rc<Objects>),
    /// A D1 database.
    Database(Rc<Disk>),
}

impl Bound {
    pub(crate) fn set(&self, name: &str, binding: Binding) {
        self.0.borrow_mut().insert(name.to_owned(), binding);
    }

    pub(super) fn get(&self, name: &str) -> Option<Binding> {
        self.0.borrow().get(name).cloned()
    }
}
