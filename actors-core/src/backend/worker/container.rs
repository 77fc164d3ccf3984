//! The container of an object.

use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::error::from_js;
use super::rpc::settled;
use super::state::{State, state};
use super::{http, network};
use crate::bindings::container::{Engine, Port, StartOptions};
use crate::bindings::fetch::Fetcher;
use crate::error::Result;
use crate::platform::Platform;
use crate::request::Body;
use crate::time::Duration;
use crate::turn::BoxFuture;

#[wasm_bindgen(module = "/src/backend/worker/container.js")]
extern "C" {
    #[wasm_bindgen(js_name = containerOf)]
    fn container_of(state: &State) -> Option<Container>;
    /// Starts it with options in JSON.
    #[wasm_bindgen(catch)]
    fn start(container: &Container, options: &str) -> Result<(), JsValue>;
    /// The exit code of the one that runs.
    #[wasm_bindgen(js_name = exitOf)]
    fn exit_of(container: &Container) -> Promise;
    #[wasm_bindgen(catch, js_name = portOf)]
    fn port_of(container: &Container, number: u16) -> Result<network::Client, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    /// The runtime's container of an object.
    #[derive(Clone)]
    type Container;
    #[wasm_bindgen(method, getter)]
    fn running(this: &Container) -> bool;
    #[wasm_bindgen(method, catch)]
    fn signal(this: &Container, number: u8) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn destroy(this: &Container) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = setInactivityTimeout)]
    fn set_inactivity_timeout(this: &Container, millis: f64) -> Result<Promise, JsValue>;

    /// A TCP connection that sends what the stream has; returns a response with what arrives.
    #[wasm_bindgen(method)]
    fn connect(this: &network::Client, outgoing: &JsValue) -> Promise;
}

/// The container of the object, if it has one.
pub(super) fn of(object: &dyn Platform) -> Option<Rc<dyn Engine>> {
    let container = container_of(state(object).ok()?)?;
    Some(Rc::new(container))
}

impl Engine for Container {
    fn is_running(&self) -> bool {
        self.running()
    }

    fn start(&self, options: &StartOptions) -> Result<()> {
        let options = serde_json::to_string(options)?;
        start(self, &options).map_err(|thrown| from_js(&thrown))
    }

    fn monitor(&self) -> BoxFuture<'static, Result<i32>> {
        let exit = exit_of(self);
        Box::pin(async {
            let code = settled(Ok(exit)).await?;
            Ok(code.as_f64().unwrap_or_default() as i32)
        })
    }

    fn signal(&self, number: u8) -> Result<()> {
        Container::signal(self, number).map_err(|thrown| from_js(&thrown))
    }

    fn destroy(&self) -> BoxFuture<'static, Result<()>> {
        let destroyed = Container::destroy(self);
        Box::pin(async { settled(destroyed).await.map(drop) })
    }

    fn set_inactivity_timeout(&self, span: Duration) -> BoxFuture<'static, Result<()>> {
        let set = Container::set_inactivity_timeout(self, span.as_millis() as f64);
        Box::pin(async { settled(set).await.map(drop) })
    }

    fn port(&self, number: u16) -> Result<Rc<dyn Port>> {
        let client = port_of(self, number).map_err(|thrown| from_js(&thrown))?;
        Ok(Rc::new(client))
    }
}

impl Port for network::Client {
    fn http(&self) -> Rc<dyn Fetcher> {
        network::connected(self.clone())
    }

    fn connect(&self, outgoing: Body) -> BoxFuture<'static, Result<Body>> {
        let connected = network::Client::connect(self, &http::unread_or_stream(outgoing));
        Box::pin(async {
            let arriving = settled(Ok(connected)).await.map_err(network::lost)?;
            let response = arriving.unchecked_into();
            Ok(network::arriving(response, network::lost, None))
        })
    }
}
