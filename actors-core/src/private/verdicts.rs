//! The compile errors about the types that users write.
//!
//! A type that lacks something is one error, where it is written: [`Probe`](super::probe::Probe)
//! finds out whether it lacks it, and a verdict such as [`Argument`] is implemented for `true`
//! only. All other generated code goes through [`If`](crate::stand_in::If), which for `false`
//! needs nothing of the type and so adds no further errors.

#![allow(missing_docs, reason = "for the macros alone")]

macro_rules! checks {
    ($($(#[$message:meta])* $check:ident)*) => {$(
        $(#[$message])*
        pub trait $check<const IS: bool> {
            const CHECKED: () = ();
            #[doc(hidden)]
            const IS_SO: bool = IS;
        }

        impl<T> $check<true> for T {}
    )*};
}

checks! {
    #[diagnostic::on_unimplemented(
        message = "the handlers of `{Self}` are missing",
        label = "a struct alone is not an actor",
        note = "write them in an `impl` block that is also marked: `#[actor] impl {Self} {{ .. }}`"
    )]
    Handled

    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not an argument that a caller can send",
        label = "comes with `ctx`",
        note = "take `ctx: &Ctx<Self>`, and write `ctx.env()`, `ctx.sql()`, `ctx.alarms()` or \
                `ctx.sockets()`"
    )]
    NotOfCtx

    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be the argument of a handler",
        label = "not a type that serde can send and store",
        note = "arguments come from other objects or from storage: derive serde's `Serialize` and \
                `Deserialize` for the type and what it holds",
        note = "a `Body` is an argument of public methods only: a stream can't be stored, nor be \
                part of a message"
    )]
    Argument

    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be the argument of a method",
        label = "not a type that serde can send",
        note = "arguments come from other objects: derive serde's `Serialize` and `Deserialize` for \
                the type and what it holds, or take a `Body` itself, which is a stream"
    )]
    Sent

    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be an argument or the answer of a method with `#[once]`",
        label = "not a type that serde can store",
        note = "the answer is kept for who calls again, whose arguments are compared: derive serde's \
                `Serialize` and `Deserialize` for the type and what it holds; a `Body` is a stream, \
                which can't be kept"
    )]
    Kept

    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be the return value of a handler",
        label = "not a type that serde can send",
        note = "return values go to other objects: derive serde's `Serialize` and `Deserialize` \
                for the type and what it holds"
    )]
    Answer

    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be the return value of a method",
        label = "not a type that serde can send",
        note = "return values go to other objects: derive serde's `Serialize` and `Deserialize` \
                for the type and what it holds, or return a `Body` itself, which is a stream"
    )]
    Answered

    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be the result of a task",
        label = "not a type that serde can store",
        note = "a task's result is kept after its end: derive serde's `Serialize` and \
                `Deserialize` for the type and what it holds"
    )]
    TaskResult

    #[diagnostic::on_unimplemented(
        message = "a field of type `{Self}` can't be persisted",
        label = "not a type that serde can store",
        note = "derive serde's `Serialize` and `Deserialize` for the type and what it holds, or \
                remove `#[persist]`: the field then starts with its `Default` at each wake"
    )]
    Persisted

    #[diagnostic::on_unimplemented(
        message = "a field of type `{Self}` can change behind `&self`, and can't be persisted",
        label = "can change behind `&self`",
        note = "a persisted field is stored at the end of a `&mut self` turn: what a `&self` turn \
                changes would be lost. Write the type without `Cell` and the like, and change it \
                in `&mut self` handlers; or remove `#[persist]`"
    )]
    Still

    #[diagnostic::on_unimplemented(
        message = "`{Self}` can change behind `&self`, and can't be the attachment of a web socket",
        label = "can change behind `&self`",
        note = "an attachment is stored by `Socket::set_data`: what changes otherwise would be \
                lost. Write the type without `Cell` and the like"
    )]
    StillAttached

    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a type that a column can have",
        label = "not a type that a column can have",
        note = "derive `SqlValue` for it if it is an enum without fields or a struct around one \
                value; mark the field `#[sql(json)]` to store any serde type as JSON; and write \
                `Option<..>` itself where the column may be NULL"
    )]
    AsColumn

    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a type that a binding can have",
        label = "not a type that a binding can have",
        note = "write `String`, or anything else that implements `FromStr`, for a variable; \
                `Json<T>` for a JSON variable, where serde can read `T`; `Kv`, `Queue<T>`, `Bucket`, \
                `Database` or `Service`; and write `Option<..>` itself around one that may be \
                missing"
    )]
    AsBinding

    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be a secret",
        label = "not read from a text",
        note = "a secret is a text: write `String`, or anything else that implements `FromStr`, or \
                `Json<T>`; or remove `#[secret]`"
    )]
    Secret

    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be a generated id",
        label = "not stored as an integer",
        note = "write `i64`, `u64` or `u32`, or a struct around one that derives `SqlValue`"
    )]
    AsId

    #[diagnostic::on_unimplemented(
        message = "this default is not a value of the column's `{Self}`",
        label = "not the stored form of `{Self}`",
        note = "write a literal of the stored form; an enum is stored as its variants' names in snake \
                case: `default = \"in_progress\"`"
    )]
    AsDefault

    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be referenced",
        label = "not a table with a primary key",
        note = "name the struct of a table: `#[sql_table]` on the struct, `#[sql(primary_key)]` on a \
                field of it"
    )]
    AsParent

    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be stored as JSON",
        label = "not a type that serde can store",
        note = "derive serde's `Serialize` and `Deserialize` for the type and what it holds"
    )]
    AsJson

    #[diagnostic::on_unimplemented(
        message = "a field of type `{Self}` has no value to start with",
        label = "has no `Default`",
        note = "an actor's fields start with their `Default`: derive or implement it for the type, \
                or make the field an `Option`"
    )]
    Initial

    #[diagnostic::on_unimplemented(
        message = "the error of a handler must convert into the framework's `Error`",
        label = "`{Self}` does not",
        note = "return `Result<_>` and convert where it fails, with `.map_err(|error| \
                Error::internal(error.to_string()))?` for example; or implement `From<..>` for \
                `Error`, if the error is a type of your own"
    )]
    Failure

    #[diagnostic::on_unimplemented(
        message = "this is a `Result` under another name",
        label = "`{Self}`",
        note = "an `Err` must undo the turn: write `Result<..>` as the return type of the handler"
    )]
    Plain

    #[diagnostic::on_unimplemented(
        message = "no web socket can be opened to `{Self}`",
        label = "no client can connect",
        note = "declare where sockets are opened, on the struct: \
                `#[actor(sockets(path = \"/ws\"))]`"
    )]
    Connected

    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be the attachment of a web socket",
        label = "not a type that serde can store",
        note = "it is stored with the socket, as JSON: derive serde's `Serialize` and `Deserialize` \
                for the type and what it holds"
    )]
    Attached

    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not what an `#[on_request]` handler can take",
        label = "not a request",
        note = "take `Request`, whose body is a stream, or `Request<Bytes>` or `Request<String>`, \
                whose body is read before the handler runs"
    )]
    Asked

    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not what an `#[on_request]` handler can return",
        label = "not a response",
        note = "return a `Response` with a body that converts into a `Body`, such as \
                `http::Response::new(text.into())` or `json_response(200, &value)`"
    )]
    Responds

    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be sent to another Worker",
        label = "not a type that serde can send",
        note = "derive serde's `Serialize` and `Deserialize` for the type and what it holds: a test \
                reads what a Worker sends"
    )]
    FarArgument

    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be returned by another Worker",
        label = "not a type that serde can read",
        note = "derive serde's `Serialize` and `Deserialize` for the type and what it holds: a test \
                sends what a Worker reads"
    )]
    Received

    #[diagnostic::on_unimplemented(
        message = "a `#[remote]` method fails with the framework's `Error`",
        label = "another error",
        note = "a call can fail on its way: write `Result<..>` as `actors_core::prelude` has it, and \
                convert the error where it is handled"
    )]
    Ours
}

/// Whether a handler's socket has the same attachment as those of the other handlers.
#[diagnostic::on_unimplemented(
    message = "the web sockets of this actor do not carry `{Self}`",
    label = "expected `{T}`",
    note = "what a socket carries is the `T` of the `Admission<T>` that `#[on_connect]` returns: \
            write `&Socket<T>` with the same one"
)]
pub trait AttachedAlike<T, const IS: bool> {
    const CHECKED: () = ();
}

impl<T, U> AttachedAlike<T, true> for U {}
