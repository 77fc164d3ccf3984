//! What a handler does with the database, which decides whether its turn needs a transaction.

/// What a synchronous handler does with the database, as far as the macro can tell.
#[doc(hidden)]
#[allow(missing_docs, reason = "for the macros alone")]
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum Storage {
    /// Anything: it needs a transaction.
    #[default]
    Any,
    /// It reads, and may end with one statement that writes, which has no part that could fail
    /// alone.
    OneWrite,
    Reads,
    /// Nothing: it has no context.
    Nothing,
}

impl Storage {
    /// The same, if what the macro takes for tables are tables.
    #[must_use]
    pub const fn of_tables(self, are_tables: bool) -> Self {
        match are_tables {
            true => self,
            false => Self::Any,
        }
    }
}
