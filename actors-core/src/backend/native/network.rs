//! What is outside the simulated world: the network and other Workers, which the test answers for.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use ::http::{Method, StatusCode, header};
use bytes::Bytes;
use url::Url;

use super::http::normalised;
use super::sim::Sim;
use crate::bindings::fetch::Fetcher;
use crate::error::{Error, ErrorKind, Result};
use crate::request::{Body, Request, Response, bad_url, sendable, uri};
use crate::time::Duration;
use crate::turn::BoxFuture;

/// How long a slow exchange takes.
pub(crate) const SLOW: Duration = Duration::from_secs(60);

/// As in workerd.
const MOST_REDIRECTS: usize = 20;

/// The methods that workerd sends.
const METHODS: &str = "GET HEAD POST PUT DELETE OPTIONS PATCH TRACE COPY LOCK MKCOL MOVE PROPFIND \
    PROPPATCH SEARCH UNLOCK ACL REPORT MKACTIVITY CHECKOUT MERGE MSEARCH NOTIFY SUBSCRIBE \
    UNSUBSCRIBE PURGE";

/// What goes wrong with an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// There is no connection.
    Refused,
    /// The request is answered, and the response is lost.
    Lost,
    /// The request arrives after [`SLOW`].
    Slow,
    /// The request arrives twice.
    Twice,
}

impl Fault {
    pub(crate) const ALL: [Self; 4] = [Self::Refused, Self::Lost, Self::Slow, Self::Twice];

    /// What becomes of an exchange.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Refused => "finds no connection",
            Self::Lost => "is dealt with, and its answer is lost",
            Self::Slow => "takes a minute",
            Self::Twice => "arrives twice",
        }
    }
}

/// Who is outside, and what goes wrong.
#[derive(Default)]
pub(crate) struct Network {
    sides: RefCell<Vec<Side>>,
    /// What goes wrong with the next exchange.
    pub(crate) fault: Cell<Option<Fault>>,
    /// How many slow exchanges are under way.
    slow: Cell<usize>,
}

/// Somebody who answers requests.
#[derive(Clone)]
struct Side {
    place: Place,
    answer: Rc<dyn Fn(Request) -> BoxFuture<'static, Result<Response>>>,
}

/// Which requests somebody answers.
#[derive(Clone)]
enum Place {
    /// Those over the network to URLs of that pattern.
    Url(String),
    /// Those to the Worker of that binding.
    Service(String),
}

impl Network {
    pub(crate) fn answer_urls(
        &self,
        pattern: &str,
        answer: impl AsyncFn(Request) -> Result<Response> + 'static,
    ) {
        self.add(Place::Url(pattern.to_owned()), answer);
    }

    pub(crate) fn answer_service(
        &self,
        name: &str,
        answer: impl AsyncFn(Request) -> Result<Response> + 'static,
    ) {
        self.add(Place::Service(name.to_owned()), answer);
    }

    fn add(&self, place: Place, answer: impl AsyncFn(Request) -> Result<Response> + 'static) {
        let answer = Rc::new(answer);
        let answer = move |request| -> BoxFuture<'static, Result<Response>> {
            let answer = answer.clone();
            Box::pin(async move { sendable(answer(request).await?) })
        };
        let answer = Rc::new(answer);
        self.sides.borrow_mut().push(Side { place, answer });
    }

    /// Whether there is anybody.
    pub(crate) fn is_there(&self) -> bool {
        !self.sides.borrow().is_empty()
    }

    pub(super) fn has_service(&self, name: &str) -> bool {
        self.side(|place| matches!(place, Place::Service(known) if known == name))
            .is_some()
    }

    /// Whether a slow exchange is under way.
    pub(crate) fn is_slow(&self) -> bool {
        self.slow.get() > 0
    }

    fn side(&self, is_it: impl Fn(&Place) -> bool) -> Option<Side> {
        let sides = self.sides.borrow();
        sides.iter().find(|side| is_it(&side.place)).cloned()
    }
}

/// Whether the URL, as `host/path`, is one of the pattern, in which `*` stands for any text. A
/// pattern without a path is one of a host.
fn matches(pattern: &str, url: &Url) -> bool {
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    match pattern.contains('/') {
        true => is_like(pattern, &format!("{host}{}", url.path())),
        false => is_like(pattern, host),
    }
}

fn is_like(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|text| {
            let mut ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            ends.any(|at| is_like(rest, &text[at..]))
        }),
    }
}

impl Sim {
    /// The network, or the Worker of that binding.
    pub(super) fn far_side(&self, service: Option<&str>) -> Rc<dyn Fetcher> {
        let sim = self.me.upgrade();
        Rc::new(FarSide {
            sim: sim.expect("the world exists while it is used"),
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
        let mut request = normalised(request)?;
        if !METHODS.split(' ').any(|known| known == request.method()) {
            let method = request.method();
            return Err(Error::invalid(format!(
                "the request can't be sent: {method} is no method"
            )));
        }
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
        let side = self.side(&request)?;
        let fault = self.sim.network.fault.take();
        let (sim, what) = (
            self.sim.clone(),
            format!("{} {}", request.method(), request.uri()),
        );
        self.sim
            .outside(
                what,
                async move { sim.go_wrong(side, request, fault).await },
            )
            .await
    }

    fn side(&self, request: &Request) -> Result<Side> {
        let url = Url::parse(&request.uri().to_string()).map_err(bad_url)?;
        let side = self.sim.network.side(|place| match (place, &self.service) {
            (Place::Service(name), Some(service)) => name == service,
            (Place::Url(pattern), None) => matches(pattern, &url),
            _ => false,
        });
        side.ok_or_else(|| {
            let host = url.host_str().unwrap_or_default();
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
        side: Side,
        request: Request,
        fault: Option<Fault>,
    ) -> Result<Response> {
        let answer = side.answer;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_of_a_host_or_of_a_host_and_a_path() {
        let matches = |pattern, url| matches(pattern, &Url::parse(url).unwrap());
        assert!(matches("a.example", "https://a.example/b?c"));
        assert!(!matches("a.example", "https://b.a.example/"));
        assert!(!matches("a.example", "https://a.example:81/"));
        assert!(matches("a.example:81", "https://a.example:81/"));
        assert!(matches("a.example", "https://user@a.example:443/"));
        assert!(matches("*.example", "https://b.a.example/"));
        assert!(matches("*", "https://b.a.example/"));
        assert!(matches("a.example/b/*", "https://a.example/b/c/d"));
        assert!(!matches("a.example/b/*", "https://a.example/c"));
        assert!(matches("*/b", "https://a.example/b"));
        assert!(matches("a.example/", "https://a.example"));
    }
}
