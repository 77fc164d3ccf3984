//! Turns: what every event of an actor becomes.

pub(crate) mod current;
pub(crate) mod gate;
pub(crate) mod lanes;

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use crate::error::Result;

/// A boxed future.
pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// The outcome of a turn: at once where it had nothing to wait for, else later.
pub enum Turn<T> {
    /// The turn has ended.
    Done(Result<T>),
    /// The turn is waiting, to begin or for something that it awaits.
    Pending(Pin<Box<dyn Future<Output = Result<T>>>>),
}

impl<T: 'static> Turn<T> {
    /// Runs `future` as far as it goes without waiting.
    pub fn start(future: impl Future<Output = Result<T>> + 'static) -> Self {
        let mut future = Box::pin(future);
        // A pending turn is polled again by its owner, so no wake-up is lost.
        match future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            Poll::Ready(result) => Self::Done(result),
            Poll::Pending => Self::Pending(future),
        }
    }

    /// Goes on with `next` when this has succeeded.
    pub fn then<U: 'static>(self, next: impl FnOnce(T) -> Turn<U> + 'static) -> Turn<U> {
        match self {
            Self::Done(Ok(value)) => next(value),
            Self::Done(Err(error)) => Turn::Done(Err(error)),
            Self::Pending(future) => {
                Turn::Pending(Box::pin(async move { next(future.await?).finish().await }))
            }
        }
    }

    /// Converts the outcome of the turn.
    pub(crate) fn map<U: 'static>(
        self,
        convert: impl FnOnce(Result<T>) -> Result<U> + 'static,
    ) -> Turn<U> {
        match self {
            Self::Done(result) => Turn::Done(convert(result)),
            Self::Pending(future) => Turn::Pending(Box::pin(async move { convert(future.await) })),
        }
    }

    /// Waits for the outcome of the turn.
    pub async fn finish(self) -> Result<T> {
        match self {
            Self::Done(result) => result,
            Self::Pending(future) => future.await,
        }
    }
}
