//! What any method that is called from another object keeps to.

/// The names that have a meaning for the runtime: what a stub in JavaScript has under these is no
/// method of the object.
pub(crate) const RESERVED: &[&str] = &[
    "alarm",
    "connect",
    "constructor",
    "dup",
    "fetch",
    "id",
    "name",
    "then",
];

/// The maximum number of arguments: traits are implemented for tuples of up to 12.
pub(crate) const MOST_ARGUMENTS: usize = 12;
