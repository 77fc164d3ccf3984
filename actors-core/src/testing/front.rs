//! The Worker in front of the actors.

use serde::Serialize;

use super::World;
use super::client::absolute;
use crate::backend::native::Verdict;
use crate::entry::Entry;
use crate::entry::events::Scheduled;
use crate::error::{Error, Result};
use crate::request::{Body, Response};
use crate::time::Duration;

/// What came of messages that a queue has delivered, from [`World::deliver`].
#[derive(Clone, Debug, PartialEq)]
pub struct Delivered {
    /// What the handler has returned.
    pub result: Result<()>,
    /// What is to become of each message.
    pub messages: Vec<Settled>,
}

/// What is to become of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It is done.
    Acked,
    /// It is delivered again: after that time, or after that which the queue is set to.
    Retried(Option<Duration>),
}

impl World {
    /// Sends a request to the Worker that [`entry!`](macro@crate::entry) describes, by the type `Worker`
    /// that it writes. A URL that is only a path is taken to be at `http://localhost`. Static assets
    /// are a service: see [`on_service`](Self::on_service).
    ///
    /// ```
    /// mod my_worker {
    ///     use actors_core::prelude::*;
    ///
    ///     async fn site(request: Request, env: &Env) -> Result<Response> {
    ///         Ok(http::Response::new(env.var("GREETING")?.into()))
    ///     }
    ///
    ///     actors_core::entry!(fallback = site);
    /// }
    ///
    /// use actors_core::http;
    /// use actors_core::testing::World;
    /// use my_worker::Worker;
    ///
    /// // #[test]
    /// fn greets() {
    ///     let world = World::new().var("GREETING", "hello");
    ///     let request = http::Request::get("/").body(()).unwrap();
    ///     let response = world.fetch::<Worker>(request).unwrap();
    ///     assert_eq!(world.run(response.into_body().bytes()).unwrap(), "hello");
    /// }
    /// # greets();
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`request`](Self::request), for a request that a route takes; or bindings that
    /// `entry!` names are missing or wrong. An error of the Worker's own handlers is a response, and so
    /// is a panic in one, which erases the memory of all actors.
    pub fn fetch<W: Entry>(&self, request: http::Request<impl Into<Body>>) -> Result<Response> {
        self.check_bindings::<W>()?;
        let request = absolute(request.map(Into::into), None);
        self.run(self.sim.front(W::FRONT, self.env(), request))
    }

    /// Runs the Worker's `scheduled` handler, as a cron trigger with that expression does; its time
    /// is the world's.
    ///
    /// # Errors
    ///
    /// That of the handler, or it panicked; or the Worker has none; or bindings that `entry!` names are
    /// missing or wrong.
    pub fn scheduled<W: Entry>(&self, cron: &str) -> Result<()> {
        let none = || Error::internal("Handler does not export a scheduled() function.");
        let handler = W::SCHEDULED.ok_or_else(none)?;
        self.check_bindings::<W>()?;
        let (cron, time) = (cron.to_owned(), self.now());
        let run = handler(Scheduled { cron, time }, self.env().clone());
        self.run(self.sim.in_front(run))
    }

    /// Delivers messages of a queue to the Worker's `queue` handler, in one batch.
    ///
    /// ```
    /// mod my_worker {
    ///     use actors_core::prelude::*;
    ///     use actors_core::Batch;
    ///
    ///     async fn count(batch: Batch<u32>, _env: &Env) -> Result<()> {
    ///         let small = batch.messages.iter().filter(|message| message.body < 10);
    ///         small.for_each(|message| message.retry(Some(seconds(message.body.into()))));
    ///         Ok(())
    ///     }
    ///
    ///     actors_core::entry!(queue = count);
    /// }
    ///
    /// use actors_core::seconds;
    /// use actors_core::testing::{Settled, World};
    ///
    /// let delivered = World::new().deliver::<my_worker::Worker>("numbers", &[5, 50]);
    /// assert_eq!(delivered.messages, [Settled::Retried(Some(seconds(5))), Settled::Acked]);
    /// ```
    ///
    /// # Panics
    ///
    /// A message is none that JSON has.
    #[track_caller]
    pub fn deliver<W: Entry>(&self, queue: &str, messages: &[impl Serialize]) -> Delivered {
        let text = |message| match serde_json::to_string(message) {
            Ok(text) => text,
            Err(error) => panic!("a message is no JSON: {error}"),
        };
        let messages: Vec<_> = messages.iter().map(text).collect();
        let count = messages.len();
        let consumed = self.sim.consume(W::QUEUES, self.env(), queue, messages);
        let (result, verdicts) = match self.check_bindings::<W>() {
            Ok(()) => self.run(consumed),
            Err(error) => (Err(error), vec![None; count]),
        };
        let settled = |verdict| match verdict {
            Some(Verdict::Done) => Settled::Acked,
            Some(Verdict::Again(after)) => Settled::Retried(after),
            None if result.is_ok() => Settled::Acked,
            None => Settled::Retried(None),
        };
        let messages = verdicts.into_iter().map(settled).collect();
        Delivered { result, messages }
    }

    /// Where a Worker would not start, no event gets to it.
    pub(super) fn check_bindings<W: Entry>(&self) -> Result<()> {
        let read = W::BINDINGS.map(|read| read(self.env()));
        read.transpose().map(drop)
    }
}
