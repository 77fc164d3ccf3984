//! Requests to what is outside: the network, or another Worker.

use std::future::{Future, IntoFuture, pending};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::Uri;
use http_body::{Body as _, Frame};

use crate::error::{Error, ErrorKind, Result};
use crate::request::{Body, Incoming, Request, Response, check_request};
use crate::time::{Duration, in_time};
use crate::turn::BoxFuture;

/// What answers requests. To drop what it returns ends the connection.
pub(crate) trait Fetcher {
    /// Sends a request; the body of the response arrives after it.
    fn fetch(&self, request: Request) -> BoxFuture<'static, Result<Response>>;

    /// Waits for that long.
    fn sleep(&self, span: Duration) -> BoxFuture<'static, ()>;
}

/// A request that is sent when it is awaited, from [`Env::fetch`](crate::Env::fetch) or
/// [`Service::fetch`](crate::Service::fetch).
///
/// To drop it while it is awaited, or the body of its response before its end, ends the connection.
#[must_use = "the request is sent when it is awaited"]
pub struct Fetch {
    by: Rc<dyn Fetcher>,
    request: Request,
    within: Option<Duration>,
}

impl Fetch {
    pub(crate) fn new(by: Rc<dyn Fetcher>, request: Request) -> Self {
        let within = None;
        Self {
            by,
            request,
            within,
        }
    }

    /// Limits how long the whole exchange may take, to the end of the response's body. When the
    /// time is over, the connection ends, and what is awaited, the response or a part of its body,
    /// is an [`Unavailable`](ErrorKind::Unavailable). Without a limit an actor waits for as long as
    /// the other side does not answer.
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// async fn price(ctx: &Ctx<Shop>) -> Result<Bytes> {
    ///     let request = http::Request::get("https://api.example.com/price").body(())?;
    ///     let response = ctx.fetch(request).within(seconds(5)).await?;
    ///     response.into_body().bytes().await // within the same five seconds
    /// }
    /// # #[actor] pub struct Shop {}
    /// # #[actor] impl Shop {}
    /// ```
    pub fn within(mut self, span: Duration) -> Self {
        self.within = Some(span);
        self
    }

    async fn send(self) -> Result<Response> {
        let place = place(&self.request);
        check_url(self.request.uri())
            .and_then(|()| check_request(&self.request))
            .map_err(|error| error.at(&place))?;
        let exchange = self.by.fetch(self.request);
        let exchange = async { exchange.await.map_err(|error| error.at(&place)) };
        let Some(span) = self.within else {
            return exchange.await;
        };
        let mut limit = Limit {
            place: place.clone(),
            span,
            over: self.by.sleep(span),
        };
        let response = limit.bound(exchange).await?;
        Ok(response.map(|body| match body.is_end_stream() {
            true => body,
            false => Body::incoming(Limited { body, limit }),
        }))
    }
}

impl IntoFuture for Fetch {
    type Output = Result<Response>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<Response>>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// The request in an error: without its query, which may hold a key.
fn place(request: &Request) -> String {
    let uri = request.uri();
    let origin = match (uri.scheme_str(), uri.authority()) {
        (Some(scheme), Some(authority)) => format!("{scheme}://{}", host(authority.as_str())),
        _ => String::new(),
    };
    format!("{} {origin}{}", request.method(), uri.path())
}

/// The authority without a user and a password.
fn host(authority: &str) -> &str {
    authority.rsplit('@').next().unwrap_or(authority)
}

fn check_url(url: &Uri) -> Result<()> {
    match (url.scheme_str(), url.authority()) {
        (Some("http" | "https"), Some(_)) => Ok(()),
        _ => Err(Error::invalid(
            "the URL must be absolute, with http or https: `https://example.com/path` for example",
        )),
    }
}

/// How long an exchange may take.
struct Limit {
    place: String,
    span: Duration,
    over: BoxFuture<'static, ()>,
}

impl Limit {
    /// The outcome of `work`, or an error once the time is over.
    async fn bound<T>(&mut self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let outcome = in_time(work, self.over.as_mut()).await;
        outcome.unwrap_or_else(|| Err(self.late()))
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Error> {
        let over = self.over.as_mut().poll(cx);
        over.map(|()| self.late())
    }

    fn late(&self) -> Error {
        let message = format!("{}: it took longer than {:?}", self.place, self.span);
        Error::new(ErrorKind::Unavailable, message)
    }
}

/// A body that has to end in time.
struct Limited {
    body: Body,
    limit: Limit,
}

impl Incoming for Limited {
    fn bytes(self: Box<Self>) -> BoxFuture<'static, Result<Bytes>> {
        let Self { body, mut limit } = *self;
        Box::pin(async move { limit.bound(body.bytes()).await })
    }

    fn stream(&mut self) -> Pin<Box<dyn http_body::Body<Data = Bytes, Error = Error>>> {
        let never = Box::pin(pending());
        let limit = Limit {
            place: std::mem::take(&mut self.limit.place),
            span: self.limit.span,
            over: std::mem::replace(&mut self.limit.over, never),
        };
        let body = std::mem::take(&mut self.body);
        Box::pin(Self { body, limit })
    }
}

impl http_body::Body for Limited {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>>>> {
        match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Pending => self.limit.poll(cx).map(|error| Some(Err(error))),
            ready => ready,
        }
    }
}
