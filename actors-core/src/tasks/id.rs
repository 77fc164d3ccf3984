//! The id of a task.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The id of a task that returns an `R`; never reused within an actor.
///
/// It is `Copy`, and an integer for serde: it can be stored in a table or a field, and sent to a
/// caller.
pub struct TaskId<R = serde_json::Value>(i64, PhantomData<fn() -> R>);

impl<R> TaskId<R> {
    pub(crate) const fn new(id: i64) -> Self {
        Self(id, PhantomData)
    }

    pub(crate) const fn number(self) -> i64 {
        self.0
    }

    /// The tag of the sockets that follow the task.
    pub(crate) fn tag(self) -> String {
        format!("task:{self}")
    }

    /// The same id, of a task that returns an `S`: for an id from a list of tasks, which are of
    /// several types. If the task returns something else, reading its result is an error.
    pub const fn of<S>(self) -> TaskId<S> {
        TaskId::new(self.0)
    }
}

impl<R> Clone for TaskId<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for TaskId<R> {}

impl<R> fmt::Debug for TaskId<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TaskId({})", self.0)
    }
}

impl<R> fmt::Display for TaskId<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<R> PartialEq for TaskId<R> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<R> Eq for TaskId<R> {}

impl<R> PartialOrd for TaskId<R> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<R> Ord for TaskId<R> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl<R> Hash for TaskId<R> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<R> Serialize for TaskId<R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl<'de, R> Deserialize<'de> for TaskId<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::deserialize(deserializer).map(Self::new)
    }
}
