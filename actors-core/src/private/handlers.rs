//! What handlers take and return, in all forms that users may choose.

#![allow(missing_docs, reason = "for the macros alone")]

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::actor::ctx::Ctx;
use crate::error::{Error, Result};
use crate::object::upgrade::admit;
use crate::request::{Body, FromBody, Request, Response, read, sendable};
use crate::sockets::admission::Opening;
use crate::sockets::{Admission, Decision, Socket};
use crate::stand_in::If;
use crate::turn::Turn;

/// Converts the return value `R` of a handler into its outcome.
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

/// The outcome of a handler that returns no `Result`.
pub struct Always;

impl<T> Outcome<T> for Always {
    type Value = T;

    fn outcome(returned: T) -> Result<T> {
        Ok(returned)
    }
}

/// Passes on a request in the form that the handler takes.
pub trait Read<R> {
    const IS_WHOLE: bool;
    fn read(request: Request, next: impl FnOnce(R) -> Turn<Response> + 'static) -> Turn<Response>;
}

impl<B: FromBody> Read<Request<B>> for If<true> {
    const IS_WHOLE: bool = B::IS_WHOLE;

    fn read(
        request: Request,
        next: impl FnOnce(Request<B>) -> Turn<Response> + 'static,
    ) -> Turn<Response> {
        read(request, Box::new(next))
    }
}

impl<R> Read<R> for If<false> {
    const IS_WHOLE: bool = false;

    fn read(_: Request, _: impl FnOnce(R) -> Turn<Response> + 'static) -> Turn<Response> {
        unreachable!()
    }
}

/// Converts what the handler returns into what the platform sends.
pub trait Respond<T> {
    fn respond(value: T) -> Result<Response>;
}

impl<B: Into<Body>> Respond<Response<B>> for If<true> {
    fn respond(value: Response<B>) -> Result<Response> {
        sendable(value.map(Into::into))
    }
}

impl<T> Respond<T> for If<false> {
    fn respond(_: T) -> Result<Response> {
        unreachable!()
    }
}

/// Prepares the socket that an `#[on_connect]` handler has admitted.
pub trait Admit<T> {
    fn decide<A>(opening: Opening, ctx: &Ctx<A>, admission: Admission<T>) -> Result<Decision>;
}

impl<T: Serialize + DeserializeOwned> Admit<T> for If<true> {
    fn decide<A>(opening: Opening, ctx: &Ctx<A>, admission: Admission<T>) -> Result<Decision> {
        admit(ctx.instance(), opening, admission)
    }
}

impl<T> Admit<T> for If<false> {
    fn decide<A>(_: Opening, _: &Ctx<A>, _: Admission<T>) -> Result<Decision> {
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
