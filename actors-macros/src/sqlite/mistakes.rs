//! What can be wrong with names in SQL, and with a migration when it runs.

use thiserror::Error;

/// Something that is wrong.
#[derive(Clone, Copy, Debug, Error)]
pub(crate) enum Mistake<'a> {
    // names
    #[error(
        "`{0}` is reserved: names that begin with `_cf_`, `_actors` or `sqlite_` belong to the \
         platform, the framework and SQLite"
    )]
    NameReserved(&'a str),
    #[error(
        "`{0}` can't be a name in SQL here: use letters, digits and `_`, and don't begin with \
             a digit"
    )]
    NameForm(&'a str),

    // a migration
    #[error("a migration has at least one statement")]
    NoStatement,
    #[error("a migration has no values to bind")]
    Parameters,
    #[error("a column that can't be NULL needs a `DEFAULT` here, for the existing rows")]
    RequiredColumn,
}
