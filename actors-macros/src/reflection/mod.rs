//! What a struct passes on to other macros about its columns: a macro only sees the tokens
//! that it is given, so `sql!` and `migration!` have to ask.

pub(crate) mod callback;
pub(crate) mod columns;
