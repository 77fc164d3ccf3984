//! What a struct tells other macros of its columns: a macro sees the tokens that it is given
//! and no more, so that `sql!` and `migration!` have to ask.

pub(crate) mod callback;
pub(crate) mod columns;
