//! What `#[bindings]` makes of a struct: its fields are read from the Worker's bindings, all at
//! once, and once for all.

use std::any::{Any, TypeId};
use std::fmt::Display;
use std::rc::Rc;
use std::str::FromStr;

use serde::de::DeserializeOwned;

use crate::bindings::service::Service;
use crate::bindings::{Bucket, Database, Kv, Queue};
use crate::env::Env;
use crate::error::{Error, Result};
use crate::sql::Json;
use crate::stand_in::StandIn;

/// A type that a field of a [`bindings`](macro@crate::bindings) struct can have.
///
/// That is [`Kv`], [`Queue`], [`Bucket`], [`Database`], [`Service`], [`Json`] of any serde type for a
/// JSON variable, and whatever a text variable can be parsed as: `String`, numbers, `bool`, all that
/// implements [`FromStr`]. Implement it for a type that wraps one of these:
///
/// ```
/// use actors_core::FromBinding;
/// use actors_core::prelude::*;
///
/// struct Sessions(Kv);
///
/// impl FromBinding for Sessions {
///     fn from_binding(env: &Env, name: &str) -> Result<Self> {
///         env.kv(name).map(Self)
///     }
/// }
/// ```
pub trait FromBinding: Sized {
    /// Whether it is read from a text, so that it can be a `#[secret]`.
    const IS_TEXT: bool = false;

    /// Reads the binding of that name.
    ///
    /// # Errors
    ///
    /// The Worker has no such binding, or it is no `Self`.
    fn from_binding(env: &Env, name: &str) -> Result<Self>;
}

impl<T: FromStr<Err: Display>> FromBinding for T {
    const IS_TEXT: bool = true;

    fn from_binding(env: &Env, name: &str) -> Result<Self> {
        env.var(name)?
            .parse()
            .map_err(|error| Error::internal(format!("the variable `{name}`: {error}")))
    }
}

impl<T: DeserializeOwned> FromBinding for Json<T> {
    const IS_TEXT: bool = true;

    fn from_binding(env: &Env, name: &str) -> Result<Self> {
        env.json(name).map(Self)
    }
}

impl FromBinding for Kv {
    fn from_binding(env: &Env, name: &str) -> Result<Self> {
        env.kv(name)
    }
}

impl<T> FromBinding for Queue<T> {
    fn from_binding(env: &Env, name: &str) -> Result<Self> {
        env.queue(name)
    }
}

impl FromBinding for Bucket {
    fn from_binding(env: &Env, name: &str) -> Result<Self> {
        env.bucket(name)
    }
}

impl FromBinding for Database {
    fn from_binding(env: &Env, name: &str) -> Result<Self> {
        env.database(name)
    }
}

impl FromBinding for Service {
    fn from_binding(env: &Env, name: &str) -> Result<Self> {
        env.service(name)
    }
}

#[diagnostic::do_not_recommend]
impl FromBinding for StandIn {
    fn from_binding(_: &Env, _: &str) -> Result<Self> {
        unreachable!()
    }
}

/// A struct marked [`bindings`](macro@crate::bindings).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a struct of bindings",
    label = "not a struct of bindings",
    note = "mark it: `#[bindings] struct {Self} {{ .. }}`"
)]
pub trait FromEnv: Sized + 'static {
    /// Reads each field; `None` if one is missing, which the reader has noted.
    #[doc(hidden)]
    fn read(reader: &mut Reader<'_>) -> Option<Self>;
}

/// Reads the fields of a struct, and collects what is wrong with them.
#[doc(hidden)]
pub struct Reader<'a> {
    env: &'a Env,
    wrong: Vec<Error>,
}

impl Reader<'_> {
    /// A field that must be there.
    pub fn binding<T: FromBinding>(&mut self, name: &str) -> Option<T> {
        let read = T::from_binding(self.env, name);
        read.map_err(|error| self.wrong.push(error)).ok()
    }

    /// A secret that must be there.
    pub fn secret<T: FromBinding>(&mut self, name: &str) -> Option<T> {
        let text = self.env.secret(name);
        // Its error may quote the secret.
        let read = text.and_then(|_| T::from_binding(self.env, name).map_err(|_| hidden(name)));
        read.map_err(|error| self.wrong.push(error)).ok()
    }

    /// A field that may be missing.
    pub fn optional<T: FromBinding>(&mut self, name: &str) -> Option<Option<T>> {
        match self.env.has(name) {
            true => self.binding(name).map(Some),
            false => Some(None),
        }
    }

    /// A secret that may be missing.
    pub fn optional_secret<T: FromBinding>(&mut self, name: &str) -> Option<Option<T>> {
        match self.env.has(name) {
            true => self.secret(name).map(Some),
            false => Some(None),
        }
    }
}

/// The struct, which is read when it is first asked for.
///
/// # Errors
///
/// Fields whose bindings are missing or wrong: all of them.
pub fn bindings<B: FromEnv>(env: &Env) -> Result<Rc<B>> {
    read(env).map_err(|wrong| all(&wrong))
}

/// What is wrong with the bindings of the struct, each by itself.
#[cfg_attr(
    not(target_arch = "wasm32"),
    allow(dead_code, reason = "only a Worker is checked when it starts")
)]
pub(crate) fn faults<B: FromEnv>(env: &Env) -> Vec<Error> {
    read::<B>(env).err().unwrap_or_default()
}

fn read<B: FromEnv>(env: &Env) -> Result<Rc<B>, Vec<Error>> {
    let known = env.known(TypeId::of::<B>());
    if let Some(known) = known.and_then(|known| known.downcast().ok()) {
        return Ok(known);
    }
    let wrong = Vec::new();
    let mut reader = Reader { env, wrong };
    let Some(read) = B::read(&mut reader) else {
        return Err(reader.wrong);
    };
    let read = Rc::new(read);
    env.keep(read.clone());
    Ok(read)
}

/// What reads the bindings of an actor, whose type is not known below `actor/`, or of the Worker in
/// front.
pub type ReadBindings = fn(&Env) -> Result<Rc<dyn Any>>;

/// See [`ReadBindings`].
///
/// # Errors
///
/// Those of [`bindings`].
pub fn any_bindings<B: FromEnv>(env: &Env) -> Result<Rc<dyn Any>> {
    Ok(bindings::<B>(env)?)
}

/// The error for a secret that is there.
fn hidden(name: &str) -> Error {
    Error::internal(format!(
        "the secret `{name}` is not of the form that its field expects"
    ))
}

/// One error with the texts of all.
fn all(wrong: &[Error]) -> Error {
    let texts: Vec<_> = wrong.iter().map(Error::message).collect();
    Error::internal(texts.join("; "))
}
