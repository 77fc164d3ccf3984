//! Everything that can be wrong with a `#[remote]` trait, and what to write instead.

use thiserror::Error;

/// Something that is wrong.
#[derive(Clone, Copy, Debug, Error)]
pub(crate) enum Mistake<'a> {
    #[error(
        "`#[remote]` goes on a trait, whose methods are those of an object or a service in another \
         Worker"
    )]
    NotATrait,
    #[error("a `#[remote]` trait can't be generic: it is what one binding offers")]
    Generics,
    #[error(
        "a stub only has the methods of this trait, and can't implement another one: remove it"
    )]
    Supertrait,
    #[error(
        "`binding` is that of a Durable Object, `service` that of a `WorkerEntrypoint`: write one of \
         them"
    )]
    BindingAndService,
    #[error("`{0}` can't be a binding: a binding is a JavaScript identifier, such as `BILLING`")]
    BindingName(&'a str),
    #[error("what is called remotely is a method: move this out of the trait")]
    NotAMethod,
    #[error("a call waits for its answer: write `async fn {method}`")]
    NotAsync { method: &'a str },
    #[error("`{method}` is called through a shared stub: it takes `&self`")]
    Receiver { method: &'a str },
    #[error("`{method}` is called in JavaScript, and can't be generic: give it concrete types")]
    MethodGenerics { method: &'a str },
    #[error(
        "what `{method}` does is up to the other Worker: end it with `;`, and write a function of \
         your own that takes `&impl {of}` for what calls it"
    )]
    Body { method: &'a str, of: &'a str },
    #[error("every call can fail on its way: return a `Result`, such as `Result<{instead}>`")]
    NoResult { instead: &'a str },
    #[error("arguments are sent to another Worker, and must be owned: write `{instead}`")]
    BorrowedArgument { instead: &'a str },
    #[error("what is returned comes from another Worker, and must be owned: write `{instead}`")]
    BorrowedResult { instead: &'a str },
    #[error("arguments are sent to another Worker: give this one a concrete type")]
    ImplArgument,
    #[error("a method has at most 12 arguments: put some of them in a struct")]
    TooManyArguments,
    #[error("`{0}` can't be called in JavaScript: write an identifier, such as `chargeCard`")]
    MethodName(&'a str),
    #[error(
        "a stub in JavaScript has a `{0}` of its own, so no method of that name can be called: give \
         it another name in the other Worker"
    )]
    ReservedName(&'a str),
    #[error("another method of the trait already calls `{0}`")]
    CalledTwice(&'a str),
}
