//! The limits of a Durable Object's database.
//!
//! <https://developers.cloudflare.com/durable-objects/platform/limits/>; what is not documented
//! there was measured in workerd.

/// The longest statement, in bytes.
pub const STATEMENT: usize = 100_000;
/// The maximum number of columns of a table or of a result.
pub const COLUMNS: usize = 100;
/// The maximum number of values that can be bound to a statement.
pub const PARAMETERS: usize = 100;
/// The longest pattern of `LIKE` and `GLOB`, in bytes.
pub const PATTERN: usize = 50;
/// The largest text, blob or row in production, in bytes: 2 MB. A local workerd accepts more.
pub const VALUE: usize = 2 << 20;
