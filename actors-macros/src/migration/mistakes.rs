//! Everything that can be wrong with a migration, and what to write instead.

use thiserror::Error;

/// Something that is wrong.
#[derive(Debug, Error)]
pub(super) enum Mistake {
    #[error(
        "a migration has a name, the tables as they were, and statements: \
         `pub SPLIT_NAME: PersonV1 => \"ALTER TABLE ..\"`"
    )]
    Form,
    #[error("the migration ends here")]
    Behind,
    #[error("a migration already is one transaction, and an error undoes all of it: remove this")]
    Transaction,
    #[error("names that begin with `_cf_` or `_actors` belong to the platform and the framework")]
    Reserved,
    #[error("the runtime does not let a Durable Object do this")]
    Refused,

    // everything else is in SQLite's words
    #[error("{words}: did you mean `{meant}`?")]
    Unknown { words: String, meant: String },
    #[error("{0}")]
    Sqlite(String),
}
