//! The clients of actors.

use serde::de::DeserializeOwned;

use super::call::Arguments;
use super::remote::Remote;
use crate::error::{Error, ErrorKind, Result};
use crate::request::{Request, Response, check_request};
use crate::turn::current;

/// The client of one instance of an actor; the typed stubs wrap it.
#[doc(hidden)]
pub struct Stub {
    actor: &'static str,
    target: Box<dyn Remote>,
}

impl Stub {
    pub(crate) fn new(actor: &'static str, target: Box<dyn Remote>) -> Self {
        Self { actor, target }
    }

    /// The same stub, for the object behind what stands before it.
    pub(super) fn behind(
        self,
        stand_before: impl FnOnce(Box<dyn Remote>) -> Box<dyn Remote>,
    ) -> Self {
        Self {
            actor: self.actor,
            target: stand_before(self.target),
        }
    }

    /// Calls the method of that name.
    pub(crate) async fn call<T: DeserializeOwned>(
        &self,
        method: &'static str,
        arguments: impl Arguments,
    ) -> Result<T> {
        let place = format_args!("{}::{method}", self.actor);
        self.refuse_self_call(method)?;
        let mut arguments = arguments.encode().map_err(|error| error.at(place))?;
        current::add_argument(&mut arguments.0);
        let reply = self.target.call(method, arguments.0).await?;
        reply.reader().value().decode().map_err(|failure| {
            let error = failure.into_error();
            Error::internal(format!("{place} returned an unexpected value: {error}"))
        })
    }

    /// Sends the request to the actor's `#[on_request]` handler.
    pub async fn fetch(&self, mut request: Request) -> Result<Response> {
        self.refuse_self_call("fetch")?;
        if request.uri().authority().is_none() {
            return Err(Error::invalid(format!(
                "a request to an actor needs an absolute URL, `http://actor{0}` for example, not \
                 `{0}`",
                request.uri()
            )));
        }
        check_request(&request)?;
        current::add_header(request.headers_mut());
        self.target.fetch(request).await
    }

    /// The id of the instance.
    pub fn id(&self) -> String {
        self.target.id().unwrap_or_default()
    }

    /// The name that the instance is addressed by, if any.
    pub fn name(&self) -> Option<String> {
        self.target.name()
    }

    fn refuse_self_call(&self, method: &str) -> Result<()> {
        if !current::is_current(self.actor, || self.target.id()) {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Deadlock,
            format!(
                "this {} called its own `{method}` through a stub, and would wait for itself \
                 forever: call `self.{method}(..)`, or use `ctx.handle()` where `self` can't be \
                 borrowed, as in the handlers of a router",
                self.actor
            ),
        ))
    }
}

/// Refuses a name that the platform would accept, but not report to the object.
pub(crate) fn check_name(name: &str) -> Result<()> {
    const LIMIT: usize = 1024;
    match name.len() {
        0..=LIMIT => Ok(()),
        length => Err(Error::invalid(format!(
            "the name of an instance has at most {LIMIT} bytes, this one has {length}"
        ))),
    }
}
