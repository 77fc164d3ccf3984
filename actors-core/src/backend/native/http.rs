//! Requests, as workerd would deliver them.

use std::future::Future;
use std::rc::Rc;

use ::http::{HeaderMap, HeaderValue, Method};
use url::Url;

use super::sim::{Sim, Slot};
use super::streams;
use crate::error::{Error, Result};
use crate::platform::{Host, Upgrade};
use crate::request::{Body, Request, Response, bad_url, error_response, uri};
use crate::turn::Turn;

impl Sim {
    /// Sends an object a request.
    pub(crate) fn fetch(
        &self,
        slot: &Rc<Slot>,
        request: Request,
    ) -> impl Future<Output = Result<Response>> + use<> {
        let what = format!("{} {}", request.method(), request.uri());
        self.deliver(slot, what, move |object| {
            answer(object, request).map(|answered| without_socket(answered?))
        })
    }

    /// The same with a request that may be for a web socket.
    pub(super) fn ask(
        &self,
        slot: &Rc<Slot>,
        request: Request,
    ) -> impl Future<Output = Result<Upgrade>> + use<> {
        let what = format!("{} {}", request.method(), request.uri());
        self.deliver(slot, what, move |object| answer(object, request))
    }
}

/// The response, where there is nobody for a web socket.
pub(super) fn without_socket(answered: Upgrade) -> Result<Response> {
    match answered {
        Upgrade::Refused(response) => Ok(response),
        Upgrade::Open(_) => Err(Error::internal(
            "open a web socket with `World::connect` or `World::connect_through` here",
        )),
    }
}

/// The methods that workerd sends.
const METHODS: &str = "GET HEAD POST PUT DELETE OPTIONS PATCH TRACE COPY LOCK MKCOL MOVE PROPFIND \
    PROPPATCH SEARCH UNLOCK ACL REPORT MKACTIVITY CHECKOUT MERGE MSEARCH NOTIFY SUBSCRIBE \
    UNSUBSCRIBE PURGE";

/// The request with its method as workerd reads it, if it knows the method.
pub(super) fn with_known_method(mut request: Request) -> Result<Request> {
    let given = request.method().as_str();
    let known = METHODS
        .split(' ')
        .find(|known| known.eq_ignore_ascii_case(given));
    let known = known.and_then(|known| known.parse().ok());
    *request.method_mut() = known.ok_or_else(|| {
        let why = format!("the request can't be sent: Invalid HTTP method string: {given}");
        Error::invalid(why)
    })?;
    Ok(request)
}

fn answer(object: &dyn Host, request: Request) -> Turn<Upgrade> {
    let request = match with_known_method(request) {
        Ok(request) => request,
        Err(error) => return Turn::Done(Err(error)),
    };
    let request = match normalised(request) {
        Ok(request) => request,
        Err(error) => return Turn::Done(Ok(Upgrade::Refused(error_response(&error)))),
    };
    let asked = request.headers().get("upgrade");
    let asked = asked.and_then(|asked| asked.to_str().ok());
    if object.is_upgrade(request.uri().path(), asked) {
        return object.upgrade(request);
    }
    let is_head = request.method() == Method::HEAD;
    match object.fetch(request) {
        Some(turn) if is_head => {
            turn.map(|response| Ok(Upgrade::Refused(response?.map(|_| Body::empty()))))
        }
        Some(turn) => turn.map(|response| Ok(Upgrade::Refused(response?.map(streamed)))),
        None => Turn::Done(Err(Error::internal(
            "Handler does not export a fetch() function.",
        ))),
    }
}

/// A body that is still to come lasts as long as its object.
fn streamed(body: Body) -> Body {
    match body.full() {
        Some(_) => body,
        None => streams::lasting(body),
    }
}

/// A request for a web socket.
pub(super) fn upgrade(object: &dyn Host, request: Request) -> Turn<Upgrade> {
    match normalised(request) {
        Ok(request) => object.upgrade(request),
        Err(error) => Turn::Done(Err(error)),
    }
}

/// The request with its URL normalized by the URL standard, and with each header once, as JavaScript
/// has them.
pub(super) fn normalised(mut request: Request) -> Result<Request> {
    join_values(request.headers_mut());
    let given = request.uri().to_string();
    let url = Url::parse(&given).map_err(bad_url)?;
    if url.as_str() != given {
        *request.uri_mut() = uri(url.as_str())?;
    }
    Ok(request)
}

/// Writes the values of each header as one, with commas.
fn join_values(headers: &mut HeaderMap) {
    if headers.len() == headers.keys_len() {
        return;
    }
    let names: Vec<_> = headers.keys().cloned().collect();
    for name in names {
        let values: Vec<_> = headers
            .get_all(&name)
            .iter()
            .map(HeaderValue::as_bytes)
            .collect();
        // What is joined of values is one.
        if let Ok(joined) = HeaderValue::from_bytes(&values.join(&b", "[..])) {
            headers.insert(name, joined);
        }
    }
}
