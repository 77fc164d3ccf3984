//! The events of a Worker besides requests: its cron triggers, and the batches of its queues.

use std::rc::Rc;

use serde::de::DeserializeOwned;

use super::handlers::Later;
use crate::env::Env;
use crate::json;
use crate::log;
use crate::time::{Duration, Timestamp};

/// The handler of `scheduled`.
pub type OnSchedule = fn(Scheduled, Env) -> Later<()>;

/// The handler of `queue`.
pub type OnBatch = fn(Unread, Env) -> Later<()>;

/// A cron trigger of the Worker, for the handler that `scheduled = …` names in
/// [`entry!`](macro@crate::entry).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheduled {
    /// The expression of the trigger, as `wrangler.toml` has it.
    pub cron: String,
    /// When it was to run.
    pub time: Timestamp,
}

/// A consumer of queues.
#[doc(hidden)]
pub struct Consumer {
    /// The queue; all of them if `None`.
    pub queue: Option<&'static str>,
    pub run: OnBatch,
}

/// The consumer of that queue.
pub(crate) fn consumer(of: &'static [Consumer], queue: &str) -> Option<OnBatch> {
    let mut consumers = of.iter();
    let found = consumers.find(|consumer| consumer.queue.is_none_or(|name| name == queue));
    found.map(|consumer| consumer.run)
}

/// A batch whose messages are not read yet.
#[doc(hidden)]
pub struct Unread {
    pub(crate) queue: String,
    /// Each with its JSON.
    pub(crate) messages: Vec<(Head, String)>,
}

/// What is known of a message before it is read.
pub(crate) struct Head {
    pub(crate) id: String,
    pub(crate) time: Timestamp,
    pub(crate) attempts: u32,
    pub(crate) settle: Rc<dyn Settle>,
}

/// Tells the queue what is to become of a message.
pub(crate) trait Settle {
    fn ack(&self);
    fn retry(&self, after: Option<Duration>);
}

/// Messages of a queue, for the handler that `queue = …` names in [`entry!`](macro@crate::entry).
///
/// When the handler returns `Ok`, all are done but those on which [`retry`](Delivery::retry) was
/// called; when it returns an error, all are delivered again but those on which
/// [`ack`](Delivery::ack) was called. The queue's `max_retries` says how often, and its
/// `dead_letter_queue` where they go then.
///
/// A message is read as JSON. One that is not a `T` is not handed over: the log says why, and it is delivered again, so
/// that it ends in the dead letter queue.
///
/// ```
/// use actors_core::prelude::*;
/// use actors_core::Batch;
///
/// #[derive(serde::Deserialize)]
/// struct Mail {
///     to: String,
/// }
///
/// async fn send(mails: Batch<Mail>, env: &Env) -> Result<()> {
///     for mail in &mails.messages {
///         match mail.body.to.contains('@') {
///             true => mail.ack(), // is done, even if another fails
///             false => mail.retry(Some(minutes(5))),
///         }
///     }
///     Ok(())
/// }
///
/// actors_core::entry!(queue = send);
/// ```
pub struct Batch<T> {
    /// The queue's name.
    pub queue: String,
    /// The messages, in the order in which the queue has them.
    pub messages: Vec<Delivery<T>>,
}

/// A message of a queue.
pub struct Delivery<T> {
    /// The id that the queue has given it.
    pub id: String,
    /// When it was sent.
    pub time: Timestamp,
    /// How often it has been delivered, this time included.
    pub attempts: u32,
    /// The message itself.
    pub body: T,
    settle: Rc<dyn Settle>,
}

impl<T> Delivery<T> {
    /// It is done, whatever the handler returns.
    pub fn ack(&self) {
        self.settle.ack();
    }

    /// It is to be delivered again, whatever the handler returns: after that time, which is rounded
    /// up to seconds, or after the queue's `retry_delay`.
    pub fn retry(&self, after: Option<Duration>) {
        self.settle.retry(after);
    }
}

/// A type that the messages of a queue can have: any that serde can read.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be the message of a queue",
    label = "its messages can't be read",
    note = "derive serde's `Deserialize` for `{Self}` and what it holds"
)]
pub trait QueueMessage: Sized {
    fn from_json(text: &str) -> Result<Self, String>;
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned> QueueMessage for T {
    fn from_json(text: &str) -> Result<Self, String> {
        json::from_text(text)
    }
}

impl<T: QueueMessage> Batch<T> {
    /// Reads the messages.
    #[doc(hidden)]
    pub fn read(Unread { queue, messages }: Unread) -> Self {
        let read = |(head, body): (Head, String)| {
            let Head {
                id,
                time,
                attempts,
                settle,
            } = head;
            match T::from_json(&body) {
                Ok(body) => Some(Delivery {
                    id,
                    time,
                    attempts,
                    body,
                    settle,
                }),
                Err(error) => {
                    log::error(&format!("message {id} of `{queue}` can't be read: {error}"));
                    settle.retry(None);
                    None
                }
            }
        };
        let messages = messages.into_iter().filter_map(read).collect();
        Self { queue, messages }
    }
}
