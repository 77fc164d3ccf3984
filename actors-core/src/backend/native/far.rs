//! Requests of the simulated world to what is outside it.

use std::rc::Rc;

use ::http::{Method, StatusCode, header};
use bytes::Bytes;
use url::Url;

use super::http::{normalised, with_known_method};
use super::network::{Answer, Fault, SLOW, host};
use super::sim::{Sim, alive};
use crate::bindings::fetch::Fetcher;
use crate::error::{Error, ErrorKind, Result};
use crate::request::{Body, Request, Response, bad_url, uri};
use crate::time::Duration;
use crate::turn::BoxFuture;

/// As in workerd.
const MOST_REDIRECTS: usize = 20;

impl Sim {
    /// The network, or the Worker of that binding.
    pub(super) fn far_side(&self, service: Option<&str>) -> Rc<dyn Fetcher> {
        Rc::new(FarSide {
            sim: alive(&self.me),
            service: service.map(str::to_owned),
        })
    }
}

/// What an actor sends requests to.
#[derive(Clone)]
struct FarSide {
    sim: Rc<Sim>,
    service: Option<String>,
}

impl Fetcher for FarSide {
    fn fetch(&self, request: Request) -> BoxFuture<'static, Result<Response>> {
        let far_side = self.clone();
        Box::pin(async move { far_side.follow(request).await })
    }

    fn sleep(&self, span: Duration) -> BoxFuture<'static, ()> {
        Box::pin(self.sim.sleep(span))
    }
}

impl FarSide {
    /// Sends the request, and follows redirects.
    async fn follow(&self, request: Request) -> Result<Response> {
        let mut request = with_known_method(without_user(normalised(request)?)?)?;
        for _ in 0..=MOST_REDIRECTS {
            let again = copied(&request);
            let response = self.exchange(request).await?;
            let Some(to) = target(&again, &response) else {
                return Ok(response);
            };
            request = redirected(again, response.status(), &to?)?;
        }
        let message = "Too many redirects.";
        Err(Error::new(ErrorKind::Unavailable, message))
    }

    /// Sends the request once.
    async fn exchange(&self, request: Request) -> Result<Response> {
        let answer = self.answer(&request)?;
        let fault = self.sim.network.fault.take();
        let (sim, what) = (
            self.sim.clone(),
            format!("{} {}", request.method(), request.uri()),
        );
        self.sim
            .outside(
                what,
                async move { sim.go_wrong(answer, request, fault).await },
            )
            .await
    }

    fn answer(&self, request: &Request) -> Result<Answer> {
        let url = Url::parse(&request.uri().to_string()).map_err(bad_url)?;
        let network = &self.sim.network;
        let answer = match &self.service {
            Some(service) => network.of_service(service),
            None => network.of_url(&url),
        };
        answer.ok_or_else(|| {
            let host = host(&url);
            Error::internal(format!(
                "nothing answers {} {url} in this test: add \
                 `.on_fetch(\"{host}\", async |request| Ok(http::Response::new(\"hello\")))` to \
                 the `World`",
                request.method()
            ))
        })
    }
}

impl Sim {
    async fn go_wrong(
        &self,
        answer: Answer,
        request: Request,
        fault: Option<Fault>,
    ) -> Result<Response> {
        match fault {
            None => answer(request).await,
            Some(Fault::Refused) => Err(unavailable("there is no connection")),
            Some(Fault::Lost) => {
                let _ = answer(request).await;
                Err(unavailable("the connection was lost"))
            }
            Some(Fault::Slow) => {
                self.network.slow.update(|slow| slow + 1);
                self.sleep(SLOW).await;
                self.network.slow.update(|slow| slow - 1);
                answer(request).await
            }
            Some(Fault::Twice) => {
                let (head, body) = request.into_parts();
                let bytes = body.bytes().await?;
                let copy = || Request::from_parts(head.clone(), bytes.clone().into());
                let _ = answer(copy()).await;
                answer(copy()).await
            }
        }
    }
}

/// The request without a user and a password in its URL, which the runtime does not send.
fn without_user(mut request: Request) -> Result<Request> {
    let mut url = Url::parse(&request.uri().to_string()).map_err(bad_url)?;
    if url.has_authority() && (!url.username().is_empty() || url.password().is_some()) {
        // Neither fails for a URL with a host.
        let _ = (url.set_username(""), url.set_password(None));
        *request.uri_mut() = uri(url.as_str())?;
    }
    Ok(request)
}

fn unavailable(message: &str) -> Error {
    Error::new(ErrorKind::Unavailable, message)
}

/// The request without its body, if that has to be read.
fn copied(request: &Request) -> ::http::Request<Option<Bytes>> {
    let mut copy = ::http::Request::new(request.body().full().cloned());
    copy.method_mut().clone_from(request.method());
    copy.uri_mut().clone_from(request.uri());
    copy.headers_mut().clone_from(request.headers());
    copy
}

/// Where the response redirects to.
fn target<B>(request: &::http::Request<B>, response: &Response) -> Option<Result<Url>> {
    let redirects = [301, 302, 303, 307, 308];
    if !redirects.contains(&response.status().as_u16()) {
        return None;
    }
    let location = response.headers().get(header::LOCATION)?.to_str().ok()?;
    let url = Url::parse(&request.uri().to_string());
    Some(url.and_then(|url| url.join(location)).map_err(bad_url))
}

/// The request for where it is redirected to, as the fetch standard has it.
fn redirected(
    request: ::http::Request<Option<Bytes>>,
    status: StatusCode,
    to: &Url,
) -> Result<Request> {
    let (mut head, body) = request.into_parts();
    head.uri = uri(to.as_str())?;
    let becomes_get = match status.as_u16() {
        303 => !matches!(head.method, Method::GET | Method::HEAD),
        301 | 302 => head.method == Method::POST,
        _ => false,
    };
    if becomes_get {
        head.method = Method::GET;
        head.headers.remove(header::CONTENT_TYPE);
        return Ok(Request::from_parts(head, Body::empty()));
    }
    let body =
        body.ok_or_else(|| Error::internal("a stream can't be sent again, to a redirect"))?;
    Ok(Request::from_parts(head, body.into()))
}
