//! Retries of calls, by a stub.
//!
//! The waits have full jitter, as in ["Exponential Backoff And Jitter"](
//! https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/): those who were
//! refused together do not come again together.

use super::far::FarStub;
use super::remote::Remote;
use super::stub::Stub;
use crate::error::{Error, ErrorKind, Result};
use crate::request::{Request, Response};
use crate::time::Duration;
use crate::turn::BoxFuture;
use crate::wire::Packed;

/// The longest first wait; it doubles with each retry.
const BASE: Duration = Duration::from_millis(100);
/// The longest wait.
const CAP: Duration = Duration::from_secs(10);

impl Stub {
    /// The same stub, which calls up to so many times again if the call surely has not run, or is
    /// one of the methods named `once`.
    pub fn with_retries(self, retries: u32, once: &'static [&'static str]) -> Self {
        self.retrying(retries, Repeatable::Only(once))
    }

    /// The same stub, which calls up to so many times again, even if the call may have run.
    pub fn with_idempotent_retries(self, retries: u32) -> Self {
        self.retrying(retries, Repeatable::All)
    }

    fn retrying(self, retries: u32, repeatable: Repeatable) -> Self {
        self.behind(|target| Retrying::boxed(target, retries, repeatable))
    }
}

impl FarStub {
    /// The same stub, which calls up to so many times again if the call surely has not run.
    pub fn with_retries(self, retries: u32) -> Self {
        self.behind(|target| Retrying::boxed(target, retries, Repeatable::Only(&[])))
    }

    /// The same stub, which calls up to so many times again, even if the call may have run.
    pub fn with_idempotent_retries(self, retries: u32) -> Self {
        self.behind(|target| Retrying::boxed(target, retries, Repeatable::All))
    }
}

/// The methods that may run again.
#[derive(Clone, Copy)]
enum Repeatable {
    All,
    Only(&'static [&'static str]),
}

/// An object that is called again if a call fails.
struct Retrying {
    target: Box<dyn Remote>,
    retries: u32,
    repeatable: Repeatable,
}

impl Retrying {
    fn boxed(target: Box<dyn Remote>, retries: u32, repeatable: Repeatable) -> Box<dyn Remote> {
        Box::new(Self {
            target,
            retries,
            repeatable,
        })
    }

    async fn call_again(&self, method: &str, arguments: Packed) -> Result<Packed> {
        // A body can be sent only once.
        if arguments.carries_stream() {
            return self.target.call(method, arguments).await;
        }
        let mut outcome = self.target.call(method, arguments.clone()).await;
        for retry in 0..self.retries {
            match &outcome {
                Err(error) if self.may_repeat(method, error) => {}
                _ => break,
            }
            self.target.sleep(wait(retry, self.target.chance())).await;
            // Some errors leave a stub that fails for ever.
            let target = self.target.renewed();
            outcome = target.call(method, arguments.clone()).await;
        }
        outcome
    }

    fn may_repeat(&self, method: &str, error: &Error) -> bool {
        match (error.kind(), self.repeatable) {
            // It has not run.
            (ErrorKind::Busy, _) => true,
            (ErrorKind::Unavailable, Repeatable::All) => true,
            (ErrorKind::Unavailable, Repeatable::Only(once)) => once.contains(&method),
            _ => false,
        }
    }
}

/// How long to wait before that retry, counted from 0.
fn wait(retry: u32, chance: f64) -> Duration {
    let longest = BASE.saturating_mul(2_u32.saturating_pow(retry)).min(CAP);
    longest.mul_f64(chance)
}

impl Remote for Retrying {
    fn id(&self) -> Option<String> {
        self.target.id()
    }

    fn name(&self) -> Option<String> {
        self.target.name()
    }

    fn call<'a>(&'a self, method: &'a str, arguments: Packed) -> BoxFuture<'a, Result<Packed>> {
        Box::pin(self.call_again(method, arguments))
    }

    // Its body can be sent only once.
    fn fetch(&self, request: Request) -> BoxFuture<'_, Result<Response>> {
        self.target.fetch(request)
    }

    fn renewed(&self) -> Box<dyn Remote> {
        Box::new(Self {
            target: self.target.renewed(),
            ..*self
        })
    }

    fn sleep(&self, span: Duration) -> BoxFuture<'_, ()> {
        self.target.sleep(span)
    }

    fn chance(&self) -> f64 {
        self.target.chance()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_waits_are_within_twice_as_long_spans_up_to_the_cap() {
        let longest = |retry| wait(retry, 1.0);
        assert_eq!([0, 1, 2].map(longest), [BASE, BASE * 2, BASE * 4]);
        assert_eq!([7, 31, 32, u32::MAX].map(longest), [CAP; 4]);
        assert_eq!([0, 9].map(|retry| wait(retry, 0.0)), [Duration::ZERO; 2]);
        assert_eq!(wait(0, 0.5), BASE / 2);
    }
}
