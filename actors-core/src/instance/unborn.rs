//! An object that does not exist yet: it reads as empty, and begins to exist with the first
//! turn that stores something.

use std::cell::{Cell, RefCell};

use crate::sql::Value;

/// What memory holds of an object that does not exist yet.
#[derive(Default)]
pub(crate) struct Unborn {
    /// The persisted fields as `#[on_init]` leaves them.
    pub(super) fields: RefCell<String>,
    /// The statements of `#[on_init]` that store something: they are run when the object begins to
    /// exist.
    pub(super) seeds: RefCell<Vec<Seed>>,
    /// Whether `#[on_init]` is running.
    pub(super) is_waking: Cell<bool>,
}

pub(super) struct Seed {
    pub(super) statement: String,
    pub(super) values: Vec<Value<'static>>,
}

impl Unborn {
    /// Begins the wake of an object that does not exist.
    pub(crate) fn wake(&self) {
        self.fields.replace("{}".to_owned());
        self.seeds.take();
        self.is_waking.set(true);
    }

    /// Notes that `#[on_init]` has ended.
    pub(crate) fn is_awake(&self) {
        self.is_waking.set(false);
    }

    /// Keeps the persisted fields until the object exists, if `#[on_init]` is running; returns
    /// whether it is.
    pub(crate) fn keeps(&self, fields: &str) -> bool {
        if self.is_waking.get() {
            self.fields.replace(fields.to_owned());
        }
        self.is_waking.get()
    }
}
