//! The typed boundary of methods with a `#[once]` argument.

#![allow(missing_docs, reason = "for the macros alone")]

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::carry::{Carry, CarryAll};
use super::signature::Signature;
use crate::actor::ctx::Ctx;
use crate::error::{Error, Result};
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

/// A call of it, with its key.
pub struct Begun(OnceCall);

impl<P, O, R> Signature<P, O, R>
where
    P: CarryAll,
    R: Carry<Plain: 'static, Type: Serialize + DeserializeOwned + 'static>,
{
    /// Decodes the arguments, finds the key among them, and passes both on.
    pub fn decode_once<K: Serialize>(
        call: &Call,
        names: &[&str],
        once: &Once,
        key: impl FnOnce(&P::Types) -> &K,
        next: impl FnOnce(Begun, P::Plain) -> Turn<Reply>,
    ) -> Turn<Reply> {
        let decoded = P::Types::decode(call, names);
        let begun = decoded.and_then(|arguments| {
            let mut text = Vec::new();
            let written = json::write(&mut text, key(&arguments));
            Ok((begin(once, call, names, text, written)?, arguments))
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
    names: &[&str],
    key: Vec<u8>,
    written: Result<(), String>,
) -> Result<Begun> {
    let name = names.get(once.key).copied().unwrap_or_default();
    let wrong = |error| Error::invalid(format!("argument `{name}` can't be a key: {error}"));
    written.map_err(wrong)?;
    Ok(Begun(OnceCall {
        method: once.method,
        key: String::from_utf8(key).map_err(|error| wrong(error.to_string()))?,
        arguments: call.0.fingerprint_without(once.key),
        keeps: Duration::from_millis(once.millis),
    }))
}

/// Returns the kept answer, or keeps the one that `run` returns.
pub fn answer_once<A>(
    ctx: &Ctx<A>,
    Begun(call): &Begun,
    run: impl FnOnce() -> Result<Reply>,
) -> Result<Reply> {
    let instance = ctx.instance();
    if let Some(kept) = instance.kept(call)? {
        return Ok(Reply(kept));
    }
    let reply = run()?;
    instance.keep(call, &reply.0)?;
    Ok(reply)
}
