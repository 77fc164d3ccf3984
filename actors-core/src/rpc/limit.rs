//! A time limit on the calls of a stub.

use super::far::FarStub;
use super::remote::Remote;
use super::stub::Stub;
use crate::error::{Error, ErrorKind, Result};
use crate::request::{Request, Response};
use crate::time::{Duration, human, in_time};
use crate::turn::BoxFuture;
use crate::wire::Packed;

impl Stub {
    /// The same stub, whose calls fail if they take longer.
    pub fn with_limit(self, limit: Duration) -> Self {
        self.behind(|target| Box::new(Limited { target, limit }))
    }
}

impl FarStub {
    /// The same stub, whose calls fail if they take longer.
    pub fn with_limit(self, limit: Duration) -> Self {
        self.behind(|target| Box::new(Limited { target, limit }))
    }
}

/// An object of which nobody waits longer for an answer.
struct Limited {
    target: Box<dyn Remote>,
    limit: Duration,
}

impl Limited {
    async fn within<T>(&self, what: &str, answer: BoxFuture<'_, Result<T>>) -> Result<T> {
        let answer = in_time(answer, self.target.sleep(self.limit)).await;
        answer.unwrap_or_else(|| Err(self.late(what)))
    }

    fn late(&self, what: &str) -> Error {
        let message = format!(
            "`{what}` has not been answered within the limit of {}: it may have run, or may still \
             do so",
            human(self.limit)
        );
        Error::new(ErrorKind::Unavailable, message)
    }
}

impl Remote for Limited {
    fn id(&self) -> Option<String> {
        self.target.id()
    }

    fn name(&self) -> Option<String> {
        self.target.name()
    }

    fn call<'a>(&'a self, method: &'a str, arguments: Packed) -> BoxFuture<'a, Result<Packed>> {
        Box::pin(self.within(method, self.target.call(method, arguments)))
    }

    fn fetch(&self, request: Request) -> BoxFuture<'_, Result<Response>> {
        Box::pin(self.within("fetch", self.target.fetch(request)))
    }

    fn renewed(&self) -> Box<dyn Remote> {
        Box::new(Self {
            target: self.target.renewed(),
            limit: self.limit,
        })
    }

    fn sleep(&self, span: Duration) -> BoxFuture<'_, ()> {
        self.target.sleep(span)
    }

    fn chance(&self) -> f64 {
        self.target.chance()
    }
}
