//! The arguments and the reply of a call.

use std::fmt;
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::json::{self, OwnedFields};
use crate::turn::current::{self, Chain};
use crate::wire::Wire;

/// The encoded arguments of a call.
#[doc(hidden)]
pub struct Call(pub(crate) Vec<Wire>);

impl Call {
    /// Splits what was received into the arguments and the turns that wait for the call.
    pub(crate) fn received(mut values: Vec<Wire>) -> (Self, Option<Rc<Chain>>) {
        let chain = current::take_argument(&mut values);
        (Self(values), chain)
    }

    fn expect(&self, names: &[&str]) -> Result<()> {
        if self.0.len() > names.len() {
            return Err(Error::invalid(format!(
                "{} arguments were given, but {}",
                self.0.len(),
                match names {
                    [] => "none are expected".to_owned(),
                    _ => format!("{} are expected: `{}`", names.len(), names.join("`, `")),
                }
            )));
        }
        Ok(())
    }

    /// Takes an argument; a missing one reads as `undefined`.
    fn take<T: DeserializeOwned>(&mut self, index: usize, name: &str) -> Result<T> {
        let value = self
            .0
            .get_mut(index)
            .map(std::mem::take)
            .unwrap_or_default();
        let is_missing = value == Wire::Undefined;
        value
            .decode()
            .map_err(|error| wrong("argument", name, is_missing, &error))
    }
}

/// The error for a part of a call or a message that can't be read.
fn wrong(part: &str, name: &str, is_missing: bool, error: &dyn fmt::Display) -> Error {
    Error::invalid(match is_missing {
        true => format!("{part} `{name}` is missing"),
        false => format!("{part} `{name}`: {error}"),
    })
}

/// What a handler returns, encoded for its caller.
#[doc(hidden)]
pub struct Reply(pub(crate) Wire);

impl Reply {
    /// Encodes a handler's value.
    pub(crate) fn new<T: Serialize>(value: &T) -> Result<Self> {
        Wire::encode(value)
            .map(Self)
            .map_err(|error| Error::internal(format!("the returned value can't be sent: {error}")))
    }
}

/// The arguments of a method, as a tuple.
#[doc(hidden)]
pub trait Arguments: Sized {
    fn decode(call: &mut Call, names: &[&str]) -> Result<Self>;
    fn from_fields(fields: &mut OwnedFields, names: &[&str]) -> Result<Self>;
    fn encode(&self) -> Result<Call>;
}

macro_rules! tuples {
    ($($name:ident)*) => {
        impl<$($name: Serialize + DeserializeOwned),*> Arguments for ($($name,)*) {
            #[allow(unused_variables, unused_mut, reason = "`()` has no arguments")]
            fn decode(call: &mut Call, names: &[&str]) -> Result<Self> {
                call.expect(names)?;
                let mut names = names.iter().enumerate();
                Ok(($({
                    let (index, name) = names.next().unwrap_or((0, &""));
                    call.take::<$name>(index, name)?
                },)*))
            }

            #[allow(unused_variables, unused_mut, reason = "`()` has no arguments")]
            fn from_fields(fields: &mut OwnedFields, names: &[&str]) -> Result<Self> {
                let mut names = names.iter();
                Ok(($(field::<$name>(fields, names.next().unwrap_or(&""))?,)*))
            }

            #[allow(non_snake_case, reason = "the type's name serves for its value")]
            fn encode(&self) -> Result<Call> {
                let ($($name,)*) = self;
                Ok(Call(vec![$(Wire::encode($name)?),*]))
            }
        }
    };
}

crate::tuples::for_each_tuple!(tuples);

/// The field of that name in a JSON message; a missing one reads as `null`.
fn field<T: DeserializeOwned>(fields: &mut OwnedFields, name: &str) -> Result<T> {
    let value = fields.remove(name);
    let is_missing = value.is_none();
    json::from_text(value.as_ref().map_or("null", |value| value.get()))
        .map_err(|error| wrong("field", name, is_missing, &error))
}
