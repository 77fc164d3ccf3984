//! What a Durable Object's database has room for.
//!
//! <https://developers.cloudflare.com/durable-objects/platform/limits/>; where that says nothing,
//! as measured in workerd.

/// The longest statement, in bytes.
pub const STATEMENT: usize = 100_000;
/// The most columns of a table or of a result.
pub const COLUMNS: usize = 100;
/// The most values that are bound to a statement.
pub const PARAMETERS: usize = 100;
/// The longest pattern of `LIKE` and `GLOB`, in bytes.
pub const PATTERN: usize = 50;
/// The largest text, blob or row in production, in bytes: 2 MB. A local workerd takes more.
pub const VALUE: usize = 2 << 20;
