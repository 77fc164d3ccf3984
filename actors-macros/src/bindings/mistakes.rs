//! Everything that can be wrong with a struct of bindings, and what to write instead.

use thiserror::Error;

/// Something that is wrong.
#[derive(Clone, Debug, Error)]
pub(crate) enum Mistake<'a> {
    #[error("`#[bindings]` goes on a struct with a field for each binding")]
    NotBindings,
    #[error(
        "each binding needs a name, which is that of its field in capitals: write `struct Bindings \
         {{ cache: Kv }}` for `CACHE`"
    )]
    Fields,
    #[error("a struct of bindings can't be generic: it is read once, and kept")]
    Generics,
    #[error("`#[secret]` takes no arguments: `#[binding = \"..\"]` names the binding")]
    SecretArguments,
    #[error("`#[{0}]` is given twice")]
    MarkTwice(&'a str),
    #[error("a binding has a name: write what it is called in `wrangler.toml`")]
    EmptyName,
    #[error("{file} has no {what} `{name}`, but `{other}`: correct it there or here")]
    Misspelt {
        file: &'a str,
        what: &'a str,
        name: &'a str,
        other: &'a str,
    },
    #[error("{file} has no {what} `{name}`: add\n\n{lines}\n")]
    Unbound {
        file: &'a str,
        what: &'a str,
        name: &'a str,
        lines: String,
    },
    #[error("another field is already `{0}`: use that one, or write `#[binding = \"..\"]`")]
    NameTwice(&'a str),
}
