//! What the macros ask of the types that users write.
//!
//! A type that lacks something is one error, where it is written: [`Probe`] says
//! whether it has it, a check such as [`Argument`] is implemented for `true`
//! alone, and whatever else is generated goes through [`If`], which for `false`
//! needs nothing of the type and so adds no error of its own.

#![allow(missing_docs, reason = "for the macros alone")]

use std::marker::PhantomData;

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde::{Serialize, Serializer};

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::object::Turn;
use crate::request::{Body, FromBody, Request, Response, read};
use crate::sockets::{Admission, Admitted, Opening, Socket};
use crate::sql::{FromSql, ToSql};

/// Whether a type, which must be known here, has what is asked of it:
/// `Probe::<T>::SERDE`, with [`Unproven`] in scope.
pub struct Probe<T>(PhantomData<T>);

/// What is so of a type that [`Probe`] knows nothing else of.
pub trait Unproven {
    const SERDE: bool = false;
    const DEFAULT: bool = false;
    const VALUE: bool = true;
    const ERROR: bool = false;
    const PERSIST: bool = false;
    const REQUEST: bool = false;
    const RESPONSE: bool = false;
    const SAME: bool = false;
    const COLUMN: bool = false;
}

impl<T> Unproven for Probe<T> {}

impl<T: Serialize + DeserializeOwned> Probe<T> {
    pub const SERDE: bool = true;
}

impl<T: Default> Probe<T> {
    pub const DEFAULT: bool = true;
}

impl<T: Serialize + DeserializeOwned + Default> Probe<T> {
    pub const PERSIST: bool = true;
}

impl<B: FromBody> Probe<Request<B>> {
    pub const REQUEST: bool = true;
}

impl<B: Into<Body>> Probe<Response<B>> {
    pub const RESPONSE: bool = true;
}

impl<T> Probe<(T, T)> {
    pub const SAME: bool = true;
}

impl<T: ToSql + FromSql> Probe<T> {
    pub const COLUMN: bool = true;
}

impl<T, E> Probe<Result<T, E>> {
    pub const VALUE: bool = false;
}

impl<T, E: Into<Error>> Probe<Result<T, E>> {
    pub const ERROR: bool = true;
}

macro_rules! checks {
    ($($(#[$message:meta])* $check:ident)*) => {$(
        $(#[$message])*
        pub trait $check<const IS: bool> {
            const CHECKED: () = ();
        }

        impl<T> $check<true> for T {}
    )*};
}

checks! {
    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be the argument of a handler",
        label = "not a type that serde can send and store",
        note = "arguments come from other objects or from storage: derive serde's `Serialize` and \
                `Deserialize` for the type and what it holds"
    )]
    Argument

    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be the answer of a handler",
        label = "not a type that serde can send",
        note = "answers go to other objects: derive serde's `Serialize` and `Deserialize` for the \
                type and what it holds"
    )]
    Answer

    #[diagnostic::on_unimplemented(
        message = "a field of type `{Self}` can't be persisted",
        label = "not a type that serde can store",
        note = "derive serde's `Serialize` and `Deserialize` for the type and what it holds, or \
                remove `#[persist]`: the field then starts with its `Default` at each wake"
    )]
    Persisted

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
        note = "an `Err` must undo the turn: write `Result<..>` where the handler says what it \
                returns"
    )]
    Plain

    #[diagnostic::on_unimplemented(
        message = "no web socket can be opened to `{Self}`",
        label = "nobody can get here",
        note = "say where sockets are opened, on the struct: `#[actor(sockets(path = \"/ws\"))]`"
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
        message = "`{Self}` is not what an `#[on_request]` handler can answer",
        label = "not a response",
        note = "answer a `Response` with a body that becomes a `Body`, such as \
                `http::Response::new(text.into())` or `json_response(200, &value)`"
    )]
    Responds
}

/// Whether a handler's socket carries what the others' do.
#[diagnostic::on_unimplemented(
    message = "the web sockets of this actor do not carry `{Self}`",
    label = "expected `{T}`",
    note = "what a socket carries is the `T` of the `Admission<T>` that `#[on_connect]` answers: \
            write `&Socket<T>` with the same one"
)]
pub trait AttachedAlike<T, const IS: bool> {
    const CHECKED: () = ();
}

impl<T, U> AttachedAlike<T, true> for U {}

/// Something that depends on a [`Probe`].
pub struct If<const IS: bool>;

/// `T` itself if it has what the generated code needs, else a stand-in for it,
/// in code that never runs, because a check fails as well.
pub trait Carry<T> {
    type Type;
    fn pass(value: T) -> Self::Type;
    fn back(value: Self::Type) -> T;
    fn view(value: &T) -> &Self::Type;
    fn view_mut(value: &mut T) -> &mut Self::Type;
}

impl<T> Carry<T> for If<true> {
    type Type = T;

    fn pass(value: T) -> T {
        value
    }

    fn back(value: T) -> T {
        value
    }

    fn view(value: &T) -> &T {
        value
    }

    fn view_mut(value: &mut T) -> &mut T {
        value
    }
}

impl<T> Carry<T> for If<false> {
    type Type = StandIn;

    fn pass(_: T) -> StandIn {
        unreachable!()
    }

    fn back(value: StandIn) -> T {
        match value {}
    }

    fn view(_: &T) -> &StandIn {
        unreachable!()
    }

    fn view_mut(_: &mut T) -> &mut StandIn {
        unreachable!()
    }
}

/// A type that has all that is asked of one, and no values.
pub enum StandIn {}

impl Default for StandIn {
    fn default() -> Self {
        unreachable!()
    }
}

impl Serialize for StandIn {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        match *self {}
    }
}

impl<'de> Deserialize<'de> for StandIn {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        unreachable!()
    }
}

/// What a handler that returns the `Result` `R` comes to.
pub trait Outcome<R> {
    type Value;
    fn outcome(returned: R) -> Result<Self::Value>;
}

impl<T, E: Into<Error>> Outcome<Result<T, E>> for If<true> {
    type Value = T;

    fn outcome(returned: Result<T, E>) -> Result<T> {
        returned.map_err(Into::into)
    }
}

impl<T, E> Outcome<Result<T, E>> for If<false> {
    type Value = T;

    fn outcome(_: Result<T, E>) -> Result<T> {
        unreachable!()
    }
}

/// Goes on with a request in the form that the handler takes.
pub trait Read<R> {
    fn read(request: Request, next: impl FnOnce(R) -> Turn<Response> + 'static) -> Turn<Response>;
}

impl<B: FromBody> Read<Request<B>> for If<true> {
    fn read(
        request: Request,
        next: impl FnOnce(Request<B>) -> Turn<Response> + 'static,
    ) -> Turn<Response> {
        read(request, next)
    }
}

impl<R> Read<R> for If<false> {
    fn read(_: Request, _: impl FnOnce(R) -> Turn<Response> + 'static) -> Turn<Response> {
        unreachable!()
    }
}

/// Makes of what the handler answers what the platform sends.
pub trait Respond<T> {
    fn respond(value: T) -> Response;
}

impl<B: Into<Body>> Respond<Response<B>> for If<true> {
    fn respond(value: Response<B>) -> Response {
        value.map(Into::into)
    }
}

impl<T> Respond<T> for If<false> {
    fn respond(_: T) -> Response {
        unreachable!()
    }
}

/// Makes ready what an `#[on_connect]` handler has admitted.
pub trait Admit<T> {
    fn settle<A>(opening: Opening, ctx: &Ctx<A>, admission: Admission<T>) -> Result<Admitted>;
}

impl<T: Serialize + DeserializeOwned> Admit<T> for If<true> {
    fn settle<A>(opening: Opening, ctx: &Ctx<A>, admission: Admission<T>) -> Result<Admitted> {
        opening.settle(ctx, admission)
    }
}

impl<T> Admit<T> for If<false> {
    fn settle<A>(_: Opening, _: &Ctx<A>, _: Admission<T>) -> Result<Admitted> {
        unreachable!()
    }
}

/// A socket in the form that the handler takes.
pub trait View<T, U> {
    fn view(socket: &Socket<T>) -> &Socket<U>;
}

impl<T> View<T, T> for If<true> {
    fn view(socket: &Socket<T>) -> &Socket<T> {
        socket
    }
}

impl<T, U> View<T, U> for If<false> {
    fn view(_: &Socket<T>) -> &Socket<U> {
        unreachable!()
    }
}
