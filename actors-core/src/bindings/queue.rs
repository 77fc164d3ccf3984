//! Queues: messages for a Worker that takes them later.

use std::fmt::Display;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;

use serde::Serialize;

use super::json::to_text;
use crate::error::{Error, Result};
use crate::time::Duration;
use crate::turn::BoxFuture;

const MOST_BYTES: usize = 128_000;
const MOST_MESSAGES: usize = 100;
const MOST_BATCH_BYTES: usize = 256_000;
const LONGEST_DELAY: Duration = Duration::from_secs(86_400);

/// The sending end of a queue whose messages are `T`, from [`Env::queue`](crate::Env::queue) or from
/// a field of a [`bindings`](macro@crate::bindings) struct. Another Worker, or another handler of
/// this one, takes the messages in batches.
///
/// ```
/// use actors_core::prelude::*;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, PartialEq, Serialize, Deserialize)]
/// struct Job {
///     url: String,
/// }
///
/// async fn enqueue(env: &Env) -> Result<()> {
///     let jobs = env.queue::<Job>("JOBS")?;
///     jobs.send(&Job { url: "/a".into() }).after(minutes(5)).await
/// }
///
/// // #[test]
/// fn is_enqueued() {
///     let world = actors_core::testing::World::new().queue("JOBS");
///     world.run(enqueue(world.env())).unwrap();
///     let sent = world.sent::<Job>("JOBS");
///     assert_eq!(sent[0].message, Job { url: "/a".into() });
///     assert_eq!(sent[0].due, world.now() + minutes(5));
/// }
/// # is_enqueued();
/// ```
///
/// A message is JSON, so a consumer in JavaScript gets an object. A number that is not exact in
/// JavaScript, such as an integer beyond ±(2^53 - 1), is refused. A message has at most 128,000
/// bytes, of which the platform may take 100 for itself. What is beyond a limit is refused with an
/// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) before anything is sent.
///
/// Messages are delivered at least once, in no certain order. To send is not part of a turn's
/// transaction: a message stays sent when the handler fails afterwards. A queue takes 5,000
/// messages a second, and more fail. Each 64 KB of a message are billed as one operation.
pub struct Queue<T> {
    sender: Rc<dyn QueueSender>,
    messages: PhantomData<fn(T)>,
}

/// A queue as the backend has it; what it gets is within the limits.
pub(crate) trait QueueSender {
    /// Sends these JSON texts, to be delivered after so many seconds, or as the queue is configured.
    fn send(&self, messages: Vec<String>, delay: Option<u32>) -> BoxFuture<'_, Result<()>>;
}

impl<T> Clone for Queue<T> {
    fn clone(&self) -> Self {
        Self::new(self.sender.clone())
    }
}

impl<T> Queue<T> {
    pub(crate) fn new(sender: Rc<dyn QueueSender>) -> Self {
        let messages = PhantomData;
        Self { sender, messages }
    }
}

impl<T: Serialize> Queue<T> {
    /// Sends a message, when it is awaited.
    ///
    /// # Errors
    ///
    /// What it is awaited for: a message beyond the limits, or the queue fails.
    pub fn send(&self, message: &T) -> QueueSend {
        self.send_batch([message])
    }

    /// Sends several messages in one request, when it is awaited: at most 100, and 256,000 bytes
    /// together. Without messages it does nothing.
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// # async fn send(jobs: &Queue<u32>) -> Result<()> {
    /// jobs.send_batch(&[1, 2, 3]).after(seconds(10)).await
    /// # }
    /// # let world = actors_core::testing::World::new().queue("JOBS");
    /// # world.run(send(&world.env().queue("JOBS").unwrap())).unwrap();
    /// # assert_eq!(world.sent::<u32>("JOBS").len(), 3);
    /// ```
    ///
    /// # Errors
    ///
    /// What it is awaited for: messages beyond the limits, of which none is sent, or the queue
    /// fails.
    pub fn send_batch<'a>(&self, messages: impl IntoIterator<Item = &'a T>) -> QueueSend
    where
        T: 'a,
    {
        let messages = messages.into_iter().map(to_text).collect();
        QueueSend {
            sender: self.sender.clone(),
            messages,
            delay: None,
        }
    }
}

/// Messages that are being sent, by [`Queue::send`] or [`Queue::send_batch`]: await it.
#[must_use = "nothing is sent until it is awaited"]
pub struct QueueSend {
    sender: Rc<dyn QueueSender>,
    messages: Result<Vec<String>, String>,
    delay: Option<Duration>,
}

impl QueueSend {
    /// Has them delivered after that time, at most 24 hours; rounded up to whole seconds. Without
    /// it they wait as long as the queue is configured to.
    pub fn after(self, delay: Duration) -> Self {
        let delay = Some(delay);
        Self { delay, ..self }
    }

    async fn run(self) -> Result<()> {
        let messages = self.messages.map_err(refused)?;
        check(&messages)?;
        if self.delay.is_some_and(|delay| delay > LONGEST_DELAY) {
            return Err(refused("it can be delayed by at most 24 hours"));
        }
        if messages.is_empty() {
            return Ok(());
        }
        let delay = self
            .delay
            .map(|delay| delay.as_millis().div_ceil(1_000) as u32);
        self.sender.send(messages, delay).await
    }
}

impl IntoFuture for QueueSend {
    type Output = Result<()>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<()>>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

fn check(messages: &[String]) -> Result<()> {
    let (count, bytes) = (
        messages.len(),
        messages.iter().map(String::len).sum::<usize>(),
    );
    let largest = messages.iter().map(String::len).max().unwrap_or_default();
    if largest > MOST_BYTES {
        return Err(refused(format!(
            "it has {largest} bytes, and at most {MOST_BYTES} are allowed"
        )));
    }
    if count > MOST_MESSAGES || bytes > MOST_BATCH_BYTES {
        return Err(Error::invalid(format!(
            "{count} messages of {bytes} bytes together can't be sent at once: at most \
             {MOST_MESSAGES} messages and {MOST_BATCH_BYTES} bytes are allowed"
        )));
    }
    Ok(())
}

fn refused(why: impl Display) -> Error {
    Error::invalid(format!("the message can't be sent to the queue: {why}"))
}
