//! The typed boundary of calls, on both sides.

use std::future::Future;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::carry::{Carry, CarryAll};
use super::handlers::Outcome;
use crate::error::Result;
use crate::rpc::{Arguments, Call, Reply, Stub};
use crate::turn::Turn;

/// The typed boundary of an RPC method: arguments `P`, outcome `O` of what the method
/// returns, result `R`.
pub struct Signature<P, O, R>(PhantomData<(P, O, R)>);

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

    /// Decodes the arguments of a call, which have these names, and passes them on. Its only caller
    /// is the method's entry in `Handlers`.
    #[inline(always)]
    pub fn decode(
        call: &Call,
        names: &[&str],
        next: impl FnOnce(P::Plain) -> Turn<Reply>,
    ) -> Turn<Reply> {
        match P::Types::decode(call, names) {
            Ok(arguments) => next(P::back(arguments)),
            Err(error) => Turn::Done(Err(error)),
        }
    }

    /// Encodes what the method returns.
    pub fn reply<F>(returned: F) -> Result<Reply>
    where
        O: Outcome<F, Value = R::Plain>,
    {
        Reply::new(&R::pass(O::outcome(returned)?))
    }
}
