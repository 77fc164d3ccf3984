//! Requests to the network and to other Workers.

use std::pin::Pin;
use std::rc::Rc;

use bytes::Bytes;
use wasm_bindgen::prelude::*;
use worker::Env;
use worker::js_sys::Promise;
use worker::wasm_bindgen_futures::JsFuture;
use worker::web_sys;

use super::error::from_js;
use super::{http, object};
use crate::bindings::fetch::Fetcher;
use crate::error::{Error, ErrorKind, Result};
use crate::request::{Body, Incoming, Request, Response};
use crate::time::Duration;
use crate::turn::BoxFuture;

#[wasm_bindgen(module = "/src/backend/worker/glue.js")]
extern "C" {
    #[wasm_bindgen(js_name = serviceOf)]
    fn service_of(env: &Env, name: &str) -> Option<Client>;
    type Client;
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

pub(super) fn service(env: &Env, name: &str) -> Option<Rc<dyn Fetcher>> {
    Some(Rc::new(Service(service_of(env, name)?)))
}

struct Network;

impl Fetcher for Network {
    fn fetch(&self, request: Request) -> BoxFuture<'static, Result<Response>> {
        let sent = send(None, request);
        Box::pin(async { sent?.response().await.map_err(lost) })
    }

    fn sleep(&self, span: Duration) -> BoxFuture<'static, ()> {
        Box::pin(object::pause(span))
    }
}

/// Another Worker.
struct Service(Client);

impl Fetcher for Service {
    fn fetch(&self, request: Request) -> BoxFuture<'static, Result<Response>> {
        let sent = send(Some(&self.0), request);
        Box::pin(async { sent?.response().await })
    }

    fn sleep(&self, span: Duration) -> BoxFuture<'static, ()> {
        Network.sleep(span)
    }
}

/// Sends the request. What the runtime does not accept as one is the caller's fault.
fn send(client: Option<&Client>, request: Request) -> Result<Connection> {
    let request = http::to_js_request(request)
        .map_err(|error| Error::invalid(format!("the request can't be sent: {error}")))?;
    Ok(Connection {
        exchange: Exchange::new(client, &request),
        is_left: false,
    })
}

/// The error of a request over the network: nothing else than a connection fails here.
fn lost(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Internal if !error.message().contains("subrequests") => {
            Error::new(ErrorKind::Unavailable, error.message())
        }
        _ => error,
    }
}

/// An exchange that ends when this is dropped, unless it is left to somebody else to end it.
struct Connection {
    exchange: Exchange,
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
    async fn response(self) -> Result<Response> {
        let response = JsFuture::from(self.exchange.response()).await;
        let response = http::from_js_response(response.map_err(|thrown| from_js(&thrown))?)?;
        Ok(response.map(|body| Body::incoming(Arriving { body, from: self })))
    }
}

/// The body of a response, with the connection that it arrives by.
struct Arriving {
    body: Body,
    from: Connection,
}

impl Incoming for Arriving {
    fn bytes(self: Box<Self>) -> BoxFuture<'static, Result<Bytes>> {
        Box::pin(async move {
            let Self {
                body,
                from: _until_read,
            } = *self;
            body.bytes().await
        })
    }

    fn stream(&mut self) -> Pin<Box<dyn http_body::Body<Data = Bytes, Error = Error>>> {
        // A stream of JavaScript's ends the connection by itself when it is dropped.
        self.from.is_left = true;
        Box::pin(std::mem::take(&mut self.body))
    }
}
