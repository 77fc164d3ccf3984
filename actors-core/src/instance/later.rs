//! The framework's tables that only some objects have: the first task, stream or kept answer creates
//! its own.

use super::Instance;
use super::remembered::Life;
use crate::error::{Error, Result};

/// Whether the error says that nothing has created such a table yet.
pub(crate) fn lacks_table(error: &Error) -> bool {
    error.message().starts_with("no such table: _actors_")
}

/// What has been read from such tables: nothing if they have not been created.
pub(crate) fn if_there<T: Default>(read: Result<T>) -> Result<T> {
    match read {
        Err(error) if lacks_table(&error) => Ok(T::default()),
        read => read,
    }
}

impl Instance {
    /// Reads from such tables; from those of an object that has stored nothing, nothing.
    pub(crate) fn read_later<T: Default>(&self, read: impl FnOnce() -> Result<T>) -> Result<T> {
        let remembered = self.remembered();
        match remembered.life == Life::Unborn && remembered.seeds == 0 {
            true => Ok(T::default()),
            false => if_there(read()),
        }
    }
}
