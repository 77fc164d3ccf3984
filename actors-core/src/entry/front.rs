//! What happens to a request before it is with an instance.

use std::ops::ControlFlow;

use http::{Method, StatusCode};

use super::handlers::{Before, OnFallback};
use super::route::{Found, Route, find, nothing};
use crate::env::Env;
use crate::error::{Error, Result};
use crate::request::{Request, Response, check_request, error_response, sendable};

/// Who answers requests.
#[doc(hidden)]
pub struct Front {
    pub routes: &'static [Route],
    pub before: Option<Before>,
    pub fallback: Option<OnFallback>,
    /// The binding of the static assets.
    pub assets: Option<&'static str>,
}

/// Who is to answer a request.
pub(crate) enum Next {
    Object(Found, Request),
    /// The binding of the static assets.
    Assets(&'static str, Request),
    /// It is answered already.
    Nobody(Response),
}

/// Finds out who is to answer. `normalised` writes the URL of a request that may have been changed
/// as the URL standard says.
pub(crate) async fn next(
    front: &'static Front,
    env: &Env,
    request: Request,
    normalised: impl FnOnce(Request) -> Result<Request>,
) -> Next {
    let next = admitted(front, env, request, normalised).await;
    next.unwrap_or_else(|error| Next::Nobody(error_response(&error)))
}

async fn admitted(
    front: &'static Front,
    env: &Env,
    mut request: Request,
    normalised: impl FnOnce(Request) -> Result<Request>,
) -> Result<Next> {
    if let Some(before) = front.before {
        request = match before(request, env.clone()).await? {
            ControlFlow::Continue(request) => normalised(passable(request)?)?,
            ControlFlow::Break(response) => return Ok(Next::Nobody(sendable(response)?)),
        };
    }
    match find(front.routes, request.uri().path(), || Ok(head(&request)))? {
        Some(found) => Ok(Next::Object(found, request)),
        None => elsewhere(front, env, request).await,
    }
}

/// The request that `before` passes on; one that can't be sent is no fault of the client's.
fn passable(request: Request) -> Result<Request> {
    let checked = check_request(&request);
    checked.map_err(|error| Error::internal(error.message()))?;
    Ok(request)
}

/// A request for which there is no route.
async fn elsewhere(front: &'static Front, env: &Env, request: Request) -> Result<Next> {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let assets = front.assets.filter(|_| is_read);
    let asked = assets.map(|binding| (binding, head(&request).map(|()| Default::default())));
    let response = match front.fallback {
        Some(fallback) => match fallback(request, env.clone()).await {
            Ok(response) => sendable(response)?,
            Err(error) => error_response(&error),
        },
        None => error_response(&nothing(request.uri().path())),
    };
    Ok(match asked {
        Some((binding, asked)) if response.status() == StatusCode::NOT_FOUND => {
            Next::Assets(binding, asked)
        }
        _ => Next::Nobody(response),
    })
}

/// The request without its body.
fn head(request: &Request) -> http::Request<()> {
    let mut head = http::Request::new(());
    head.method_mut().clone_from(request.method());
    head.uri_mut().clone_from(request.uri());
    head.headers_mut().clone_from(request.headers());
    head
}
