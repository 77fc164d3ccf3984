//! Outside of WebAssembly and of tests there is no platform: actors compile, and none exists.

use std::convert::Infallible;
use std::marker::PhantomData;

use crate::actor::Actor;
use crate::alarms::Loss;
use crate::error::Result;
use crate::request::{Request, Response};
use crate::sockets::admission::Guested;
use crate::sockets::{Outgoing, Selection};
use crate::sql::{Row, Usage, Value};
use crate::time::{Duration, Timestamp};
use crate::wire::Wire;

/// The Worker's bindings.
pub struct Env(Infallible);

pub(crate) struct Platform(Infallible);

impl Platform {
    pub(crate) fn sql_run(&self, _: &str, _: &[Value<'_>]) -> Result<u64> {
        match self.0 {}
    }

    pub(crate) fn sql_query(
        &self,
        _: &str,
        _: &[Value<'_>],
        _: &mut dyn FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        match self.0 {}
    }

    pub(crate) fn sql_usage(&self) -> Usage {
        match self.0 {}
    }

    pub(crate) fn transaction(&self, _: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        match self.0 {}
    }

    pub(crate) fn set_alarm(&self, _: Option<Timestamp>) -> Result<()> {
        match self.0 {}
    }

    /// When the object's own alarm rings, if it is set.
    pub(crate) async fn alarm(&self) -> Result<Option<Timestamp>> {
        match self.0 {}
    }

    /// Does something that no event waits for.
    pub(crate) fn spawn(&self, _: impl Future<Output = ()> + 'static) {
        match self.0 {}
    }

    /// Waits until what was written is durable.
    pub(crate) async fn sync(&self) {
        match self.0 {}
    }

    /// Lets that much time pass.
    pub(crate) async fn sleep(&self, _: Duration) {
        match self.0 {}
    }

    /// Closes the web sockets, and removes all that is stored, the alarm included.
    pub(crate) fn delete_all(&self) {
        match self.0 {}
    }

    /// Says that alarms begin to run, and answers what has cut them short before.
    pub(crate) fn ring_begins(&self, _object: &str) -> Option<Loss> {
        match self.0 {}
    }

    /// Says that they have run.
    pub(crate) fn ring_ends(&self, _object: &str) {
        match self.0 {}
    }

    pub(crate) fn now(&self) -> Timestamp {
        match self.0 {}
    }

    pub(crate) fn env(&self) -> &Env {
        match self.0 {}
    }

    pub(crate) fn name(&self) -> Option<String> {
        match self.0 {}
    }

    pub(crate) fn id(&self) -> String {
        match self.0 {}
    }

    pub(crate) fn accept(&self, _: Guested) -> Result<Accepted> {
        match self.0 {}
    }

    pub(crate) fn new_socket_id(&self) -> String {
        match self.0 {}
    }

    pub(crate) fn sockets(&self, _: &Selection<'_>) -> Vec<RawSocket> {
        match self.0 {}
    }

    pub(crate) fn socket(&self, _: &str) -> Option<RawSocket> {
        match self.0 {}
    }

    pub(crate) fn broadcast(&self, _: &Selection<'_>, _: Outgoing<'_>) -> usize {
        match self.0 {}
    }
}

pub(crate) const IS_FOR_TESTS: bool = false;

pub(crate) fn log(_: &str) {}

pub(crate) fn first_turn() -> u64 {
    0
}

#[cfg(feature = "cron")]
pub(crate) fn utc_offset(_: &str, _: Timestamp) -> Option<i64> {
    None
}

/// A web socket that has been opened.
pub(crate) struct Accepted(Infallible);

#[derive(Clone, PartialEq)]
pub(crate) struct RawSocket(Infallible);

impl RawSocket {
    pub(crate) fn send(&self, _: Outgoing<'_>) -> Result<()> {
        match self.0 {}
    }

    pub(crate) fn tags(&self) -> Vec<String> {
        match self.0 {}
    }

    pub(crate) fn attachment(&self) -> Vec<u8> {
        match self.0 {}
    }

    pub(crate) fn set_attachment(&self, _: &[u8]) -> Result<()> {
        match self.0 {}
    }

    pub(crate) fn close(&self, _: u16, _: &str) -> Result<()> {
        match self.0 {}
    }
}

pub(crate) struct Target(Infallible);

impl Target {
    #[allow(
        clippy::extra_unused_type_parameters,
        reason = "the other backends use it"
    )]
    pub(crate) fn named<A: Actor>(env: &Env, _: &str) -> Result<Self> {
        match env.0 {}
    }

    pub(crate) fn id(&self) -> Option<String> {
        match self.0 {}
    }

    pub(crate) async fn call(&self, _: &str, _: Vec<Wire>) -> Result<Wire> {
        match self.0 {}
    }

    pub(crate) async fn fetch(&self, _: Request) -> Result<Response> {
        match self.0 {}
    }
}

pub(crate) struct Columns<'a>(Infallible, PhantomData<&'a ()>);

impl Columns<'_> {
    pub(crate) fn len(&self) -> usize {
        match self.0 {}
    }

    pub(crate) fn name(&self, _: usize) -> String {
        match self.0 {}
    }

    pub(crate) fn cell(&self, _: usize) -> Cell<'_> {
        match self.0 {}
    }
}

/// One column of a row.
pub struct Cell<'a>(Infallible, PhantomData<&'a ()>);

impl Cell<'_> {
    /// Whether it is NULL.
    pub fn is_null(&self) -> bool {
        match self.0 {}
    }

    /// The integer in it.
    ///
    /// # Errors
    ///
    /// It holds something else, or an integer beyond ±(2^53 - 1).
    pub fn integer(&self) -> Result<i64> {
        match self.0 {}
    }

    /// The number in it.
    ///
    /// # Errors
    ///
    /// It holds something else.
    pub fn real(&self) -> Result<f64> {
        match self.0 {}
    }

    /// The text in it.
    ///
    /// # Errors
    ///
    /// It holds something else.
    pub fn text(&self) -> Result<String> {
        match self.0 {}
    }

    /// The bytes in it.
    ///
    /// # Errors
    ///
    /// It holds something else.
    pub fn blob(&self) -> Result<Vec<u8>> {
        match self.0 {}
    }
}
