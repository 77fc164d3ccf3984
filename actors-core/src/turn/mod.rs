//! What every event of an actor becomes.

pub(crate) mod current;
pub(crate) mod gate;
pub(crate) mod lanes;

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use crate::error::Result;

/// Something that is done later.
pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// What a turn comes to: at once where nothing was in its way, else later.
pub enum Turn<T> {
    /// The turn has ended.
    Done(Result<T>),
    /// The turn waits, for its time or for something that it awaits.
    Pending(Pin<Box<dyn Future<Output = Result<T>>>>),
}

impl<T: 'static> Turn<T> {
    /// Runs `future` as far as it goes without waiting.
    pub fn start(future: impl Future<Output = Result<T>> + 'static) -> Self {
        let mut future = Box::pin(future);
        // Whoever takes a pending turn polls it again, so this waker is never missed.
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

    /// Makes something else of what the turn comes to.
    pub(crate) fn map<U: 'static>(
        self,
        convert: impl FnOnce(Result<T>) -> Result<U> + 'static,
    ) -> Turn<U> {
        match self {
            Self::Done(result) => Turn::Done(convert(result)),
            Self::Pending(future) => Turn::Pending(Box::pin(async move { convert(future.await) })),
        }
    }

    /// What the turn comes to, however long it takes.
    pub async fn finish(self) -> Result<T> {
        match self {
            Self::Done(result) => result,
            Self::Pending(future) => future.await,
        }
    }
}
