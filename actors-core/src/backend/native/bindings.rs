//! What the simulated Worker is bound to, as its test has set it up.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::fake::Fakes;

/// The bindings by their names.
#[derive(Default)]
pub(crate) struct Bound(RefCell<BTreeMap<String, Binding>>);

/// One binding.
#[derive(Clone)]
pub(crate) enum Binding {
    /// A variable or a secret.
    Text(String),
    /// A JSON variable.
    Json(String),
    /// Objects of another Worker.
    Objects(Fakes),
    /// The entrypoint of another Worker.
    Service(Fakes),
}

impl Bound {
    pub(crate) fn set(&self, name: &str, binding: Binding) {
        self.0.borrow_mut().insert(name.to_owned(), binding);
    }

    pub(super) fn get(&self, name: &str) -> Option<Binding> {
        self.0.borrow().get(name).cloned()
    }
}
