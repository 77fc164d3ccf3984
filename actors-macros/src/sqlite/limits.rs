//! What a Durable Object allows:
//! <https://developers.cloudflare.com/durable-objects/platform/limits/>

/// The bytes of a statement.
pub(crate) const LONGEST: usize = 100_000;

/// The columns of a table, and of a row.
pub(crate) const MOST_COLUMNS: usize = 100;

/// The values that are bound to a statement.
pub(crate) const MOST_VALUES: usize = 100;
