//! The typed boundary of calls, on both sides.

use std::future::Future;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::carry::{Carry, CarryAll};
use super::handlers::Outcome;
use crate::actor::Actor;
use crate::actor::ctx::Ctx;
use crate::actor::object::Object;
use crate::error::Result;
use crate::rpc::{Arguments, Call, Reply, Stub};
use crate::turn::Turn;

/// The typed boundary of an RPC method: arguments `P`, outcome `O` of what the method
/// returns, result `R`.
pub struct Signature<P, O, R>(PhantomData<(P, O, R)>);

pub(super) type Names = &'static [&'static str];

impl<P, O, R> Signature<P, O, R>
where
    P: CarryAll,
    R: Carry<Plain: 'static, Type: Serialize + DeserializeOwned + 'static>,
{
    /// Calls the method of that name.
    pub fn call<'a>(
        stub: &'a Stub,
        method: &'static str,
        arguments: P::Plain,
    ) -> impl Future<Output = Result<R::Plain>> + use<'a, P, O, R> {
        let call = stub.call(method, P::pass(arguments));
        async { call.await.map(R::back) }
    }

    /// The turn of a `fn(&mut self)`.
    pub fn exclusive<A: Actor, F>(
        object: &Object<A>,
        call: Call,
        names: Names,
        method: impl FnOnce(&mut A, &Ctx<A>, P::Plain) -> F + 'static,
    ) -> Turn<Reply>
    where
        O: Outcome<F, Value = R::Plain>,
    {
        Self::decode(call, names, |arguments| {
            object.exclusive(|actor, ctx| Self::reply(method(actor, ctx, arguments)))
        })
    }

    /// The turn of a `fn(&self)`.
    pub fn shared<A: Actor, F>(
        object: &Object<A>,
        call: Call,
        names: Names,
        method: impl FnOnce(&A, &Ctx<A>, P::Plain) -> F + 'static,
    ) -> Turn<Reply>
    where
        O: Outcome<F, Value = R::Plain>,
    {
        Self::decode(call, names, |arguments| {
            object.shared(|actor, ctx| Self::reply(method(actor, ctx, arguments)))
        })
    }

    /// The turn of a `fn(&mut self)` without a context.
    pub fn exclusive_plain<A: Actor, F>(
        object: &Object<A>,
        call: Call,
        names: Names,
        method: impl FnOnce(&mut A, &Ctx<A>, P::Plain) -> F + 'static,
    ) -> Turn<Reply>
    where
        O: Outcome<F, Value = R::Plain>,
    {
        Self::decode(call, names, |arguments| {
            object.exclusive_plain(|actor, ctx| Self::reply(method(actor, ctx, arguments)))
        })
    }

    /// The turn of a `fn(&self)` without a context.
    pub fn shared_plain<A: Actor, F>(
        object: &Object<A>,
        call: Call,
        names: Names,
        method: impl FnOnce(&A, &Ctx<A>, P::Plain) -> F + 'static,
    ) -> Turn<Reply>
    where
        O: Outcome<F, Value = R::Plain>,
    {
        Self::decode(call, names, |arguments| {
            object.shared_plain(|actor, ctx| Self::reply(method(actor, ctx, arguments)))
        })
    }

    /// The turn of an `async fn(&mut self)`.
    pub fn exclusive_async<A: Actor, F>(
        object: &Object<A>,
        call: Call,
        names: Names,
        method: impl AsyncFnOnce(&mut A, &Ctx<A>, P::Plain) -> F + 'static,
    ) -> Turn<Reply>
    where
        O: Outcome<F, Value = R::Plain>,
    {
        Self::decode(call, names, |arguments| {
            object.exclusive_async(async |actor, ctx| {
                Self::reply(method(actor, ctx, arguments).await)
            })
        })
    }

    /// The turn of an `async fn(&self)`.
    pub fn shared_async<A: Actor, F>(
        object: &Object<A>,
        call: Call,
        names: Names,
        method: impl AsyncFnOnce(&A, &Ctx<A>, P::Plain) -> F + 'static,
    ) -> Turn<Reply>
    where
        O: Outcome<F, Value = R::Plain>,
    {
        Self::decode(call, names, |arguments| {
            object.shared_async(async |actor, ctx| Self::reply(method(actor, ctx, arguments).await))
        })
    }

    /// Decodes the arguments, which have these names, and passes them on.
    fn decode(call: Call, names: Names, next: impl FnOnce(P::Plain) -> Turn<Reply>) -> Turn<Reply> {
        match P::Types::decode(&call, names) {
            Ok(arguments) => next(P::back(arguments)),
            Err(error) => Turn::Done(Err(error)),
        }
    }

    pub(super) fn reply<F>(returned: F) -> Result<Reply>
    where
        O: Outcome<F, Value = R::Plain>,
    {
        Reply::new(&R::pass(O::outcome(returned)?))
    }
}
