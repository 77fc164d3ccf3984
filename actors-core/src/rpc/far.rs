//! Objects and services that are not ours: what `#[remote]` is about.

use std::rc::Rc;

use serde::de::DeserializeOwned;

use super::call::{Arguments, Call, Reply};
use super::remote::Remote;
use crate::error::{Error, Result};
use crate::turn::Turn;

/// The client of an object or a service that is not ours; the stubs of `#[remote]` wrap it.
#[doc(hidden)]
pub struct FarStub {
    /// The trait that says what can be called.
    interface: &'static str,
    target: Box<dyn Remote>,
}

impl FarStub {
    pub(crate) fn new(interface: &'static str, target: Box<dyn Remote>) -> Self {
        Self { interface, target }
    }

    /// The same stub, for the object behind what stands before it.
    pub(super) fn behind(
        self,
        stand_before: impl FnOnce(Box<dyn Remote>) -> Box<dyn Remote>,
    ) -> Self {
        Self {
            interface: self.interface,
            target: stand_before(self.target),
        }
    }

    /// Calls the method of that name, with these arguments and no hidden ones.
    pub(crate) async fn call<T: DeserializeOwned>(
        &self,
        method: &'static str,
        arguments: impl Arguments,
    ) -> Result<T> {
        let place = format_args!("{}::{method}", self.interface);
        let arguments = arguments.encode().map_err(|error| error.at(place))?;
        let reply = self.target.call(method, arguments.0).await?;
        reply.reader().value().decode().map_err(|failure| {
            let error = failure.into_error();
            Error::internal(format!("{place} returned an unexpected value: {error}"))
        })
    }
}

/// A stub that `#[remote]` writes, whose trait a `T` implements: what `T` does in place of the
/// far side.
#[doc(hidden)]
pub trait FakedBy<T> {
    /// The name of the binding.
    const BINDING: &'static str;
    /// Whether that is a service, and not a Durable Object.
    const IS_SERVICE: bool;
    /// The names of the methods, as they are called.
    const METHODS: &'static [&'static str];
    /// Calls the method with that number.
    fn call(fake: Rc<T>, method: usize, call: Call) -> Turn<Reply>;
}
