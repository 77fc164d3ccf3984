//! The tasks that an object has in memory.

use std::cell::RefCell;
use std::rc::Rc;

use crate::error::Result;

/// A task in memory, which is told when a signal comes or it is cancelled.
pub(crate) trait Told {
    fn tell(&self);
}

/// The tasks in memory, by id.
#[derive(Default)]
pub(crate) struct Live(RefCell<Vec<(i64, Rc<dyn Told>)>>);

impl Live {
    pub(crate) fn begin(&self, id: i64, task: Rc<dyn Told>) {
        self.0.borrow_mut().push((id, task));
    }

    pub(crate) fn end(&self, id: i64) {
        self.0.borrow_mut().retain(|(live, _)| *live != id);
    }

    /// Their ids, as JSON.
    pub(crate) fn ids(&self) -> Result<String> {
        let ids: Vec<i64> = self.0.borrow().iter().map(|(id, _)| *id).collect();
        Ok(serde_json::to_string(&ids)?)
    }

    /// Tells the task, and returns whether it is in memory.
    pub(crate) fn tell(&self, id: i64) -> bool {
        let found = self
            .0
            .borrow()
            .iter()
            .find(|(live, _)| *live == id)
            .cloned();
        found.inspect(|(_, task)| task.tell()).is_some()
    }
}
