//! The simulated Worker in front of the actors.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::rc::{Rc, Weak};
use std::task::Poll;

use ::http::Method;

use super::http::{normalised, without_socket};
use super::sim::{Sim, Slot};
use super::streams::{self, Producer};
use crate::entry::events::{Consumer, Head, Settle, Unread, consumer};
use crate::entry::front::{Front, Next, next};
use crate::env::Env;
use crate::error::{Error, Result};
use crate::platform::{Host, Upgrade};
use crate::request::{Body, Request, Response, error_response};
use crate::time::Duration;

impl Sim {
    /// A request to the Worker.
    pub(crate) async fn front(
        &self,
        front: &'static Front,
        env: &Env,
        request: Request,
    ) -> Result<Response> {
        without_socket(self.enter(front, env, request).await?.1)
    }

    /// The same with a request that may be for a web socket; with the object that has answered.
    pub(crate) async fn enter(
        &self,
        front: &'static Front,
        env: &Env,
        request: Request,
    ) -> Result<(Option<Rc<Slot>>, Upgrade)> {
        let request = match normalised(request) {
            Ok(request) => request,
            Err(error) => return Ok((None, Upgrade::Refused(error_response(&error)))),
        };
        let request = match *request.method() {
            Method::GET | Method::HEAD => request.map(|_| Body::empty()),
            _ => request,
        };
        let next = async { Ok(next(front, env, request, normalised).await) };
        let next = self.in_front(next).await;
        let next = next.unwrap_or_else(|error| Next::Nobody(error_response(&error)));
        let response = match next {
            Next::Object(found, mut request) => {
                if !found.may_upgrade {
                    request.headers_mut().remove("upgrade");
                }
                let slot = self.slot(&(found.route.address)(), &found.name)?;
                let answered = self.ask(&slot, request).await?;
                return Ok((Some(slot), answered));
            }
            Next::Assets(binding, request) => env.service(binding)?.fetch(request).await?,
            Next::Nobody(response) => response.map(|body| self.sent(body)),
        };
        Ok((None, Upgrade::Refused(response)))
    }

    /// A body that the Worker sends itself.
    fn sent(&self, body: Body) -> Body {
        match (body.full(), self.me.upgrade()) {
            (None, Some(world)) => {
                let streams = Cell::default();
                streams::produced(body, Rc::new(InFront { world, streams }))
            }
            _ => body,
        }
    }

    /// Runs a handler of the Worker's: where it panics, that is an error.
    pub(crate) async fn in_front<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let mut work = pin!(work);
        poll_fn(|cx| {
            let progress = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx)));
            progress.unwrap_or_else(|payload| Poll::Ready(Err(self.panic_in_part(None, &*payload))))
        })
        .await
    }

    /// Runs the consumer of the queue, and returns what is to become of each message.
    pub(crate) async fn consume(
        &self,
        consumers: &'static [Consumer],
        env: &Env,
        queue: &str,
        messages: Vec<String>,
    ) -> (Result<()>, Vec<Option<Verdict>>) {
        let verdicts: Vec<Rc<Message>> = messages.iter().map(|_| Rc::default()).collect();
        let bodies = messages.into_iter().zip(&verdicts).enumerate();
        let messages = bodies.map(|(index, (body, verdict))| {
            let head = Head {
                id: format!("{:032x}", index + 1),
                time: self.now(),
                attempts: 1,
                settle: verdict.clone(),
            };
            (head, body)
        });
        let (queue, messages) = (queue.to_owned(), messages.collect());
        let outcome = match consumer(consumers, &queue) {
            Some(run) => {
                let run = run(Unread { queue, messages }, env.clone());
                self.in_front(run).await
            }
            None => Err(Error::internal(format!(
                "the Worker has no consumer of the queue `{queue}`: add `queue(\"{queue}\") = \
                 handler` to `entry!`"
            ))),
        };
        let verdicts = verdicts.iter().map(|message| *message.0.borrow()).collect();
        (outcome, verdicts)
    }
}

/// The Worker in front, which sends a body.
struct InFront {
    world: Rc<Sim>,
    streams: Cell<usize>,
}

impl Producer for InFront {
    fn in_memory(&self) -> Option<Weak<dyn Host>> {
        None
    }

    fn streams(&self) -> &Cell<usize> {
        &self.streams
    }

    fn panicked(&self, payload: &(dyn Any + Send)) -> Error {
        self.world.panic_in_part(None, payload)
    }
}

/// What the consumer has said about a message.
#[derive(Clone, Copy)]
pub(crate) enum Verdict {
    Done,
    Again(Option<Duration>),
}

/// A message; what is said first counts, as in workerd.
#[derive(Default)]
struct Message(RefCell<Option<Verdict>>);

impl Message {
    fn settle(&self, verdict: Verdict) {
        self.0.borrow_mut().get_or_insert(verdict);
    }
}

impl Settle for Message {
    fn ack(&self) {
        self.settle(Verdict::Done);
    }

    fn retry(&self, after: Option<Duration>) {
        self.settle(Verdict::Again(after));
    }
}
