//! Everything that can be wrong with `entry!`, and what to write instead.

use thiserror::Error;

/// The options of `entry!`, an example of each.
pub(super) const OPTIONS: &[&str] = &[
    "before = authenticate",
    "fallback = router",
    "assets = \"ASSETS\"",
    "scheduled = nightly",
    "queue = jobs",
    "also(Limiter)",
    "bindings(Bindings)",
    "config = false",
];

/// Something that is wrong.
#[derive(Debug, Error)]
pub(super) enum Mistake<'a> {
    #[error(
        "which actor answers requests? Write `entry!(Counter)` for one instance, or \
         `entry!(\"/counters/{{name}}\" => Counter)` for many"
    )]
    Empty,
    #[error("this option is incomplete: write `{0}`")]
    Incomplete(&'a str),
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
    #[error("name the struct of the Worker's bindings: `bindings(Bindings)`")]
    Bindings,
    #[error(
        "a request without a route of its own already goes to an actor: give that one a path, or \
         remove the fallback"
    )]
    FallbackUnreached,
    #[error(
        "which queue is it for? With several consumers each has its own: `queue(\"jobs\") = jobs`"
    )]
    QueueWithoutName,

    // the configuration
    #[error("{file} has no class `{class}`, but `{other}`: correct it there or here")]
    Misspelt {
        file: &'a str,
        other: &'a str,
        class: &'a str,
    },
    #[error(
        "`{class}` has no storage in {file}: add\n\n{lines}\n{}",
        .renamed.as_ref().map_or(String::new(), |(former, lines)| format!(
            "\nIf its name was `{former}` before, write instead\n\n{lines}\n"
        ))
    )]
    WithoutStorage {
        file: &'a str,
        class: &'a str,
        lines: String,
        /// The name that it may have had, and the lines that rename it.
        renamed: Option<(&'a str, String)>,
    },
    #[error(
        "`{class}` has no SQLite, which an actor needs: in {file} {write}; a class that is already \
         deployed can't change, so give the actor another name then"
    )]
    WithoutSqlite {
        file: &'a str,
        class: &'a str,
        write: &'a str,
    },
    #[error(
        "{file} has the class `{class}`, which is not named here. If it is an actor without a \
         route, add `also({class})`; if it is a class of your own, `also(\"{class}\")`; if it is \
         another Worker's, add its `script_name` there; if it is gone, remove its binding there{}",
        .gone.as_ref().map_or(String::new(), |gone| format!(", and add\n\n{gone}\n"))
    )]
    UnknownClass {
        file: &'a str,
        class: &'a str,
        /// The lines that delete it, if it is stored.
        gone: Option<String>,
    },
}

/// Where the name of a binding is to be inserted into a text: only the compiler knows it.
pub(super) const NAME: &str = "{}";

/// What is wrong with the binding of an actor, with [`NAME`] for the name that it has in the code.
#[derive(Debug, Error)]
pub(super) enum Unbound<'a> {
    #[error(
        "`{class}` has no binding in {file}: add\n\n{lines}\n{}",
        .renamed.as_ref().map_or(String::new(), |(former, lines)| format!(
            "\nIf its name was `{former}` before, correct its `class_name` instead, and add\n\n\
             {lines}\n"
        ))
    )]
    Missing {
        file: &'a str,
        class: &'a str,
        lines: String,
        /// The name that it may have had, and the lines that rename it.
        renamed: Option<(&'a str, String)>,
    },
    #[error(
        "`{class}` is bound as `{name}` in {file}, and as `{{}}` in the code: write `{line}` there, \
         or `#[actor(binding = \"{name}\")]` on the struct"
    )]
    Differs {
        file: &'a str,
        class: &'a str,
        name: &'a str,
        line: String,
    },
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
