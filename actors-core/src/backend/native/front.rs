//! The simulated Worker in front of the actors.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use super::http::{normalised, without_socket};
use super::sim::{Sim, Slot};
use crate::entry::events::{Consumer, Head, Settle, Unread, consumer};
use crate::entry::front::{Front, Next, next};
use crate::env::Env;
use crate::error::{Error, Result};
use crate::platform::Upgrade;
use crate::request::{Request, Response, error_response};
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
            Next::Nobody(response) => response,
        };
        Ok((None, Upgrade::Refused(response)))
    }

    /// Runs a handler of the Worker's: where it panics, that is an error.
    pub(crate) async fn in_front<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let mut work = pin!(work);
        poll_fn(|cx| {
            let progress = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx)));
            progress.unwrap_or_else(|payload| Poll::Ready(Err(self.panic_in_front(&*payload))))
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
