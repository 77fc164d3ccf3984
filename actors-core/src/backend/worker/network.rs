//! Requests to the network and to other Workers.

use std::convert::identity;
use std::pin::Pin;
use std::rc::Rc;

use bytes::Bytes;
use http_body::Body as _;
use js_sys::Promise;
use js_sys::futures::JsFuture;
use wasm_bindgen::prelude::*;

use super::body::Parts;
use super::error::from_js;
use super::{http, timer};
use crate::bindings::fetch::Fetcher;
use crate::error::{Error, ErrorKind, Result};
use crate::request::{Body, Incoming, Request, Response};
use crate::time::{Duration, days};
use crate::turn::BoxFuture;

#[wasm_bindgen(module = "/src/backend/worker/network.js")]
extern "C" {
    #[wasm_bindgen(js_name = serviceOf)]
    fn service_of(env: &JsValue, name: &str) -> Option<Client>;
    #[derive(Clone)]
    pub(super) type Client;
    /// A request that has been sent; without a client, over the network.
    type Exchange;
    #[wasm_bindgen(constructor)]
    fn new(client: Option<&Client>, request: &web_sys::Request) -> Exchange;
    #[wasm_bindgen(method, getter)]
    fn response(this: &Exchange) -> Promise;
    #[wasm_bindgen(method)]
    fn abort(this: &Exchange);
}

pub(super) fn network() -> Rc<dyn Fetcher> {
    Rc::new(Network)
}

pub(super) fn service(env: &JsValue, name: &str) -> Option<Rc<dyn Fetcher>> {
    let client = service_of(env, name)?;
    let failure = identity;
    Some(Rc::new(Service { client, failure }))
}

/// What a client reaches over connections that may fail.
pub(super) fn connected(client: Client) -> Rc<dyn Fetcher> {
    let failure = lost;
    Rc::new(Service { client, failure })
}

struct Network;

impl Fetcher for Network {
    fn fetch(&self, request: Request) -> BoxFuture<'static, Result<Response>> {
        let sent = send(None, request, lost);
        Box::pin(async { sent?.response().await })
    }

    fn sleep(&self, span: Duration) -> BoxFuture<'static, ()> {
        // A timer of JavaScript's would not wait at all for longer.
        timer::sleep(span.min(days(24)))
    }
}

/// Another Worker, or whatever else the runtime has a client of.
struct Service {
    client: Client,
    failure: fn(Error) -> Error,
}

impl Fetcher for Service {
    fn fetch(&self, request: Request) -> BoxFuture<'static, Result<Response>> {
        let sent = send(Some(&self.client), request, self.failure);
        Box::pin(async { sent?.response().await })
    }

    fn sleep(&self, span: Duration) -> BoxFuture<'static, ()> {
        Network.sleep(span)
    }
}

/// Sends the request. What the runtime does not accept as one is the caller's fault.
fn send(
    client: Option<&Client>,
    request: Request,
    failure: fn(Error) -> Error,
) -> Result<Connection> {
    let request = http::to_js_request(request)
        .map_err(|error| Error::invalid(format!("the request can't be sent: {error}")))?;
    Ok(Connection {
        exchange: Exchange::new(client, &request),
        failure,
        is_left: false,
    })
}

/// The error of a request over the network: nothing else than a connection fails here.
pub(super) fn lost(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Internal if !error.message().contains("subrequests") => {
            Error::new(ErrorKind::Unavailable, error.message())
        }
        _ => error,
    }
}

/// An exchange that ends when this is dropped, unless it is left to somebody else to end it.
pub(super) struct Connection {
    exchange: Exchange,
    /// What its errors mean.
    failure: fn(Error) -> Error,
    is_left: bool,
}

impl Drop for Connection {
    fn drop(&mut self) {
        if !self.is_left {
            self.exchange.abort();
        }
    }
}

impl Connection {
    async fn response(mut self) -> Result<Response> {
        let response = JsFuture::from(self.exchange.response()).await;
        let response = response.map_err(|thrown| (self.failure)(from_js(&thrown)))?;
        let by_itself = response.clone();
        let response = http::from_js_response(response)?;
        // A web socket has no body to end with.
        self.is_left = response.status() == ::http::StatusCode::SWITCHING_PROTOCOLS;
        Ok(response.map(|body| match body.is_end_stream() {
            true => body,
            false => arriving(by_itself.unchecked_into(), self.failure, Some(self)),
        }))
    }
}

/// A body that arrives, perhaps by a connection that ends with it.
pub(super) fn arriving(
    response: web_sys::Response,
    failure: fn(Error) -> Error,
    by: Option<Connection>,
) -> Body {
    Body::incoming(Arriving {
        response,
        failure,
        by,
        is_read: false,
    })
}

pub(super) struct Arriving {
    response: web_sys::Response,
    failure: fn(Error) -> Error,
    by: Option<Connection>,
    is_read: bool,
}

/// Tells the sender that nobody is going to read it.
impl Drop for Arriving {
    fn drop(&mut self) {
        if !self.is_read && self.by.is_none() {
            drop(Parts::of(&self.response, self.failure));
        }
    }
}

impl Arriving {
    /// How many bytes it has, if its headers say so.
    pub(super) fn length(&self) -> Option<u64> {
        http::length(&self.response)
    }
}

impl Incoming for Arriving {
    fn bytes(mut self: Box<Self>) -> BoxFuture<'static, Result<Bytes>> {
        self.is_read = true;
        Box::pin(async move {
            http::read(Clone::clone(&self.response))
                .await
                .map_err(self.failure)
        })
    }

    fn stream(&mut self) -> Pin<Box<dyn http_body::Body<Data = Bytes, Error = Error>>> {
        self.is_read = true;
        // A stream of JavaScript's ends the connection by itself when it is dropped.
        if let Some(by) = &mut self.by {
            by.is_left = true;
        }
        Box::pin(Parts::of(&self.response, self.failure))
    }
}
