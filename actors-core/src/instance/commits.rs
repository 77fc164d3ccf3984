//! What hears of commits: it acts on what transactions have noted for it, once that is stored.

use std::any::Any;

use super::Instance;

/// Hears of each commit of an object.
pub(crate) trait Listener: Any {
    /// The outermost transaction has been committed; [`Remembered::noted`] says how many notes it
    /// has left.
    ///
    /// [`Remembered::noted`]: super::remembered::Remembered::noted
    fn committed(&self, instance: &Instance);
}

impl Instance {
    /// Tells the listener, if there is one, that the outermost transaction has been committed.
    pub(super) fn committed(&self) {
        if let Some(listener) = self.listener.get() {
            listener.committed(self);
        }
    }
}
