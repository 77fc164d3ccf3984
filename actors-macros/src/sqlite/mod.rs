//! SQLite, for all macros that read SQL.

#[cfg(feature = "check-sql")]
pub(crate) mod engine;
pub(crate) mod mistakes;
pub(crate) mod names;
pub(crate) mod shown;
