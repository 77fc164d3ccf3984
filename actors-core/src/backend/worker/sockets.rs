//! Hibernating web sockets.

use wasm_bindgen::prelude::*;
use worker::js_sys::Array;

use super::{State, from_js};
use crate::error::Result;

#[wasm_bindgen(module = "/src/backend/worker/glue.js")]
extern "C" {
    pub(super) fn upgrade(state: &State) -> JsValue;
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(method, js_name = getWebSockets)]
    fn web_sockets(this: &State) -> Array;

    #[derive(Clone)]
    type WebSocket;
    #[wasm_bindgen(method, catch)]
    fn send(this: &WebSocket, text: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn close(this: &WebSocket, code: u16, reason: &str) -> Result<(), JsValue>;
}

/// One end of a web socket.
#[derive(Clone)]
pub(crate) struct RawSocket(WebSocket);

impl RawSocket {
    pub(super) fn new(socket: JsValue) -> Self {
        Self(socket.unchecked_into())
    }

    pub(crate) fn send(&self, text: &str) -> Result<()> {
        self.0.send(text).map_err(|thrown| from_js(&thrown))
    }

    pub(crate) fn close(&self, code: u16, reason: &str) -> Result<()> {
        self.0
            .close(code, reason)
            .map_err(|thrown| from_js(&thrown))
    }
}

/// The object's sockets that are open.
pub(super) fn open(state: &State) -> Vec<RawSocket> {
    state.web_sockets().iter().map(RawSocket::new).collect()
}
