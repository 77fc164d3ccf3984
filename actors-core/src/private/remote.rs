//! The calls of `#[remote]` traits, on both sides.

#![allow(missing_docs, reason = "for the macros alone")]

use std::future::Future;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::carry::{Carry, CarryAll};
use super::signature::Signature;
use crate::env::Env;
use crate::error::Result;
use crate::rpc::{Arguments, Call, FarStub, Reply, check_name};
use crate::stand_in::If;
use crate::turn::Turn;

/// Whether a method returns the framework's `Result`, as `F`.
pub trait Told<F> {
    type Value;
    fn tell(result: Result<Self::Value>) -> F;
    fn hear(returned: F) -> Result<Self::Value>;
}

impl<T> Told<Result<T>> for If<true> {
    type Value = T;

    fn tell(result: Result<T>) -> Result<T> {
        result
    }

    fn hear(returned: Result<T>) -> Result<T> {
        returned
    }
}

impl<T, E> Told<Result<T, E>> for If<false> {
    type Value = T;

    fn tell(_: Result<T>) -> Result<T, E> {
        unreachable!()
    }

    fn hear(_: Result<T, E>) -> Result<T> {
        unreachable!()
    }
}

impl<P, O, R> Signature<P, O, R>
where
    P: CarryAll,
    R: Carry<Plain: 'static, Type: Serialize + DeserializeOwned + 'static>,
{
    /// Calls the method of that name in another Worker.
    pub fn call_far<F>(
        stub: &FarStub,
        method: &'static str,
        arguments: P::Plain,
    ) -> impl Future<Output = F>
    where
        O: Told<F, Value = R::Plain>,
    {
        let call = stub.call(method, P::pass(arguments));
        async { O::tell(call.await.map(R::back)) }
    }

    /// The call of a fake's method.
    pub fn fake<F>(
        call: Call,
        names: &'static [&'static str],
        method: impl AsyncFnOnce(P::Plain) -> F + 'static,
    ) -> Turn<Reply>
    where
        O: Told<F, Value = R::Plain>,
    {
        let arguments = match P::Types::decode(&call, names) {
            Ok(arguments) => P::back(arguments),
            Err(error) => return Turn::Done(Err(error)),
        };
        Turn::start(async {
            let returned = method(arguments).await;
            Reply::new(&R::pass(O::hear(returned)?))
        })
    }
}

/// A stub of an object in another Worker.
pub fn far_object(
    env: &Env,
    interface: &'static str,
    binding: &str,
    name: &str,
) -> Result<FarStub> {
    check_name(name)?;
    Ok(FarStub::new(interface, env.far_object(binding, name)?))
}

/// A stub of an entrypoint of another Worker.
pub fn far_service(env: &Env, interface: &'static str, binding: &str) -> Result<FarStub> {
    Ok(FarStub::new(interface, env.far_service(binding)?))
}
