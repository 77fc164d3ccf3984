//! What is known of an object that does not exist yet: it reads as empty, and begins with the
//! first turn that stores something.

use std::cell::{Cell, RefCell};

use crate::sql::Value;

/// What is known of an object that does not exist.
#[derive(Default)]
pub(crate) struct Unborn {
    /// The persisted fields as `#[on_init]` leaves them.
    pub(super) fields: RefCell<String>,
    /// What `#[on_init]` stores: it is stored when the object begins to exist.
    pub(super) seeds: RefCell<Vec<Seed>>,
    /// Whether `#[on_init]` is running.
    pub(super) is_waking: Cell<bool>,
}

pub(super) struct Seed {
    pub(super) statement: String,
    pub(super) values: Vec<Value<'static>>,
}

impl Unborn {
    /// Says that there is no such object.
    pub(crate) fn wake(&self) {
        self.fields.replace("{}".to_owned());
        self.seeds.take();
        self.is_waking.set(true);
    }

    /// Says that `#[on_init]` is not running any more.
    pub(crate) fn is_awake(&self) {
        self.is_waking.set(false);
    }

    /// Keeps the persisted fields for the beginning, if `#[on_init]` has set them.
    pub(crate) fn keeps(&self, fields: &str) -> bool {
        if self.is_waking.get() {
            self.fields.replace(fields.to_owned());
        }
        self.is_waking.get()
    }
}
