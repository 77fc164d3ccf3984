//! Everything that can be wrong with the routes of a Worker, and what to write instead.

use thiserror::Error;

/// Something that is wrong.
#[derive(Clone, Copy, Debug, Error)]
pub(super) enum Mistake<'a> {
    #[error(
        "which actor answers requests? Write `entry!(Counter)` for one instance, or \
         `entry!(\"/counters/{{name}}\" => Counter)` for many"
    )]
    Empty,
    #[error(
        "which instance is it? Put `{{name}}` where the path has its name, such as \
         \"/rooms/{{name}}\", or choose with a closure: `\"/path\" => Actor, |request| …`"
    )]
    WithoutName,
    #[error("which instance is it? If `{{{0}}}` is its name, write `{{name}}` there")]
    OtherName(&'a str),
    #[error("a part of the path that varies is in braces: write `{{name}}` for `:name`")]
    Colon,
    #[error("a path begins with `/`")]
    Slash,
    #[error("which actor is it for? Write `\"/counters/{{name}}\" => Counter`")]
    WithoutActor,
    #[error(
        "a request without a route of its own already goes to another actor: give this one a path, \
         `\"/path/{{name}}\" => Actor`"
    )]
    Unreached,
    #[error(
        "an actor is expected here; to choose the instance with a function, call it in a closure: \
         `|request| choose(request)`"
    )]
    Function,
    #[error("`{path}` can't be a route: {why}")]
    Form { path: &'a str, why: &'a PathFault },
}

/// Why a path can't be a route.
#[derive(Debug, Error)]
pub(super) enum PathFault {
    #[error("`{0}` matches the same paths")]
    Conflict(String),
    #[error("`{{*…}}`, which matches the rest of a path, comes last")]
    CatchAll,
    #[error("`{{…}}` needs a name, and braces on both sides")]
    Parameter,
    #[error("there can be at most one `{{…}}` between two `/`")]
    Segment,
    #[error("{0}")]
    Other(String),
}
