//! The typed boundary of methods with a `#[once]` argument.

#![allow(missing_docs, reason = "for the macros alone")]

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::carry::{Carry, CarryAll};
use super::handlers::Outcome;
use super::signature::{Names, Signature};
use crate::actor::Actor;
use crate::actor::ctx::Ctx;
use crate::actor::object::Object;
use crate::error::{Error, Result};
use crate::instance::Instance;
use crate::instance::once::OnceCall;
use crate::json;
use crate::rpc::{Arguments, Call, Reply};
use crate::time::Duration;
use crate::turn::Turn;

/// What the macro knows of such a method.
pub struct Once {
    pub method: &'static str,
    /// The position of the argument that is the key.
    pub key: usize,
    /// How long answers are kept.
    pub millis: u64,
}

impl<P, O, R> Signature<P, O, R>
where
    P: CarryAll,
    R: Carry<Plain: 'static, Type: Serialize + DeserializeOwned + 'static>,
{
    /// The turn of a `fn(&mut self)` that happens once for each key.
    pub fn exclusive_once<A: Actor, F, K: Serialize>(
        object: &Object<A>,
        call: Call,
        names: Names,
        once: &Once,
        key: impl FnOnce(&P::Types) -> &K,
        method: impl FnOnce(&mut A, &Ctx<A>, P::Plain) -> F + 'static,
    ) -> Turn<Reply>
    where
        O: Outcome<F, Value = R::Plain>,
    {
        Self::decode_once(call, names, once, key, |call, arguments| {
            object.exclusive(move |actor, ctx| {
                answer(ctx.instance(), &call, || {
                    Self::reply(method(actor, ctx, arguments))
                })
            })
        })
    }

    /// The turn of a `fn(&self)` that happens once for each key.
    pub fn shared_once<A: Actor, F, K: Serialize>(
        object: &Object<A>,
        call: Call,
        names: Names,
        once: &Once,
        key: impl FnOnce(&P::Types) -> &K,
        method: impl FnOnce(&A, &Ctx<A>, P::Plain) -> F + 'static,
    ) -> Turn<Reply>
    where
        O: Outcome<F, Value = R::Plain>,
    {
        Self::decode_once(call, names, once, key, |call, arguments| {
            object.shared(move |actor, ctx| {
                answer(ctx.instance(), &call, || {
                    Self::reply(method(actor, ctx, arguments))
                })
            })
        })
    }

    /// Decodes the arguments, finds the key among them, and passes both on.
    fn decode_once<K: Serialize>(
        call: Call,
        names: Names,
        once: &Once,
        key: impl FnOnce(&P::Types) -> &K,
        next: impl FnOnce(OnceCall, P::Plain) -> Turn<Reply>,
    ) -> Turn<Reply> {
        let decoded = P::Types::decode(&call, names);
        let begun = decoded.and_then(|arguments| {
            let mut text = Vec::new();
            let written = json::write(&mut text, key(&arguments));
            Ok((begin(once, &call, names, text, written)?, arguments))
        });
        match begun {
            Ok((begun, arguments)) => next(begun, P::back(arguments)),
            Err(error) => Turn::Done(Err(error)),
        }
    }
}

fn begin(
    once: &Once,
    call: &Call,
    names: Names,
    key: Vec<u8>,
    written: Result<(), String>,
) -> Result<OnceCall> {
    let name = names.get(once.key).copied().unwrap_or_default();
    let wrong = |error| Error::invalid(format!("argument `{name}` can't be a key: {error}"));
    written.map_err(wrong)?;
    Ok(OnceCall {
        method: once.method,
        key: String::from_utf8(key).map_err(|error| wrong(error.to_string()))?,
        arguments: call.0.fingerprint_without(once.key),
        keeps: Duration::from_millis(once.millis),
    })
}

/// Returns the kept answer, or keeps the one that `run` returns.
fn answer(
    instance: &Instance,
    call: &OnceCall,
    run: impl FnOnce() -> Result<Reply>,
) -> Result<Reply> {
    if let Some(kept) = instance.kept(call)? {
        return Ok(Reply(kept));
    }
    let reply = run()?;
    instance.keep(call, &reply.0)?;
    Ok(reply)
}
