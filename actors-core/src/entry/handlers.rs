//! What the handlers of a Worker may look like.

use std::fmt::Display;
use std::future::{Future, poll_fn};
use std::ops::ControlFlow;
use std::pin::Pin;

use bytes::Bytes;
use send_wrapper::SendWrapper;
use tower_service::Service;

use crate::env::Env;
use crate::error::{Error, Result};
use crate::request::{Body, Request, Response};
use crate::turn::BoxFuture;

/// The handler of `before`.
pub type Before = fn(Request, Env) -> Later<ControlFlow<Response, Request>>;

/// The handler of `fallback`.
pub type OnFallback = fn(Request, Env) -> Later<Response>;

/// What a handler returns when it is done.
pub(crate) type Later<T> = Pin<Box<dyn Future<Output = Result<T>>>>;

/// What `fallback` may name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be the fallback",
    label = "not a fallback",
    note = "write an `async fn(Request, &Env) -> Result<Response>`, or an `fn(Env) -> S` whose `S` \
            is a `tower::Service`, such as an `axum::Router`"
)]
pub trait Fallback<By> {
    /// Answers the request.
    fn respond(self, request: Request, env: Env) -> BoxFuture<'static, Result<Response>>;
}

/// By a handler.
pub struct Handler;

impl<F> Fallback<Handler> for F
where
    F: AsyncFnOnce(Request, &Env) -> Result<Response> + 'static,
{
    fn respond(self, request: Request, env: Env) -> BoxFuture<'static, Result<Response>> {
        Box::pin(async move { self(request, &env).await })
    }
}

/// By a service.
pub struct Made<S>(S);

impl<F, S, B> Fallback<Made<S>> for F
where
    F: FnOnce(Env) -> S,
    S: Service<Request, Response = Response<B>, Error: Display> + 'static,
    B: http_body::Body<Data = Bytes, Error: Display> + 'static,
{
    fn respond(self, request: Request, env: Env) -> BoxFuture<'static, Result<Response>> {
        let mut service = self(env);
        let failed = |error: S::Error| Error::internal(error.to_string());
        Box::pin(async move {
            let ready = poll_fn(|cx| service.poll_ready(cx)).await;
            ready.map_err(failed)?;
            let response = service.call(request).await.map_err(failed)?;
            Ok(response.map(Body::new))
        })
    }
}

/// The future, as one that is `Send`: axum asks that of its handlers, and a Worker has one thread.
///
/// ```
/// use actors_core::prelude::*;
/// use actors_core::send;
/// use axum::extract::State;
/// # #[actor] pub struct Room {}
/// # #[actor] impl Room { pub fn topic(&self) -> String { String::new() } }
///
/// async fn topic(State(env): State<Env>) -> Result<String, Response> {
///     Ok(send(async move { Room::get(&env, "attic")?.topic().await }).await?)
/// }
///
/// fn router(env: Env) -> axum::Router {
///     axum::Router::new().route("/topic", axum::routing::get(topic)).with_state(env)
/// }
///
/// actors_core::entry!(fallback = router);
/// ```
///
/// # Panics
///
/// It is polled on another thread, which only a test can have.
pub fn send<T>(future: impl Future<Output = T>) -> impl Future<Output = T> + Send {
    SendWrapper::new(future)
}
