//! The arguments and the reply of a call.

use std::fmt;
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::json::{self, OwnedFields};
use crate::turn::current::{self, Chain};
use crate::wire::{Failure, Packed, Packer, Reader};

/// The encoded arguments of a call.
#[doc(hidden)]
pub struct Call(pub(crate) Packed);

impl Call {
    /// Splits what was received into the arguments and the turns that wait for the call.
    pub(crate) fn received(mut values: Packed) -> (Self, Option<Rc<Chain>>) {
        let chain = current::take_argument(&mut values);
        (Self(values), chain)
    }

    /// Begins to read the arguments, which have these names.
    fn given<'a>(&'a self, names: &'a [&'a str]) -> Result<Given<'a>> {
        self.expect(names)?;
        Ok(Given {
            from: self.0.reader(),
            names: names.iter(),
        })
    }

    fn expect(&self, names: &[&str]) -> Result<()> {
        let count = self.0.count();
        if count > names.len() {
            return Err(Error::invalid(format!(
                "{count} arguments were given, but {}",
                match names {
                    [] => "none are expected".to_owned(),
                    _ => format!("{} are expected: `{}`", names.len(), names.join("`, `")),
                }
            )));
        }
        Ok(())
    }
}

/// The arguments that have not been read yet.
struct Given<'a> {
    from: Reader<'a>,
    names: std::slice::Iter<'a, &'a str>,
}

impl Given<'_> {
    /// Reads the next argument; a missing one reads as `undefined`.
    fn next<T: DeserializeOwned>(&mut self) -> Result<T> {
        let (value, name) = (self.from.value(), self.names.next());
        let is_missing = value.is_undefined();
        let read = value.decode();
        read.map_err(|failure| unread(name, is_missing, failure))
    }
}

#[cold]
fn unread(name: Option<&&str>, is_missing: bool, failure: Failure) -> Error {
    let name = name.unwrap_or(&"");
    wrong("argument", name, is_missing, &failure.into_error())
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
pub struct Reply(pub(crate) Packed);

impl Reply {
    /// Encodes a handler's value.
    pub(crate) fn new<T: Serialize>(value: &T) -> Result<Self> {
        Self::packed(&|packer| packer.add(value))
    }

    fn packed(add: &dyn Fn(&mut Packer) -> Result<(), Failure>) -> Result<Self> {
        let mut packer = Packer::default();
        match add(&mut packer) {
            Ok(()) => Ok(Self(packer.finish())),
            Err(failure) => Err(unsendable(&failure)),
        }
    }
}

fn unsendable(failure: &Failure) -> Error {
    Error::internal(format!("the returned value can't be sent: {failure}"))
}

/// The arguments of a method, as a tuple.
#[doc(hidden)]
pub trait Arguments: Sized {
    fn decode(call: &Call, names: &[&str]) -> Result<Self>;
    fn from_fields(fields: &mut OwnedFields, names: &[&str]) -> Result<Self>;
    fn encode(&self) -> Result<Call>;
}

macro_rules! tuples {
    ($($name:ident)*) => {
        impl<$($name: Serialize + DeserializeOwned),*> Arguments for ($($name,)*) {
            #[allow(unused_variables, unused_mut, reason = "`()` has no arguments")]
            fn decode(call: &Call, names: &[&str]) -> Result<Self> {
                let mut given = call.given(names)?;
                Ok(($(given.next::<$name>()?,)*))
            }

            #[allow(unused_variables, unused_mut, reason = "`()` has no arguments")]
            fn from_fields(fields: &mut OwnedFields, names: &[&str]) -> Result<Self> {
                let mut names = names.iter();
                Ok(($(field::<$name>(fields, names.next().unwrap_or(&""))?,)*))
            }

            #[allow(non_snake_case, reason = "the type's name serves for its value")]
            #[allow(unused_mut, reason = "`()` has no arguments")]
            fn encode(&self) -> Result<Call> {
                let ($($name,)*) = self;
                let mut packer = Packer::default();
                $(packer.add($name).map_err(Failure::into_error)?;)*
                Ok(Call(packer.finish()))
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
