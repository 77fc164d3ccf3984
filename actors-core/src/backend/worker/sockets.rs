//! Hibernating web sockets.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;

use super::error::from_js;
use super::state::State;
use crate::error::Result;
use crate::sockets::admission::PreparedSocket;
use crate::sockets::raw::{Accepted, Connection, Outgoing, RawSocket, Selection};
use crate::sockets::socket::id_tag;

#[wasm_bindgen(module = "/src/backend/worker/glue.js")]
extern "C" {
    #[wasm_bindgen(js_name = answerByItself)]
    fn answer_by_itself(state: &State, ping: &str, pong: &str);
    #[wasm_bindgen(catch)]
    fn accept(
        state: &State,
        tags: Vec<String>,
        attachment: Uint8Array,
        protocol: Option<String>,
        greetings: Vec<String>,
    ) -> Result<JsValue, JsValue>;
    fn select(state: &State, tags: Vec<String>, except: &Array) -> Array;
    fn broadcast(state: &State, tags: Vec<String>, except: &Array, message: JsValue) -> u32;
    #[wasm_bindgen(js_name = withId)]
    fn find(state: &State, tag: &str, id: &str) -> Option<WebSocket>;
    #[wasm_bindgen(js_name = attachmentOf)]
    fn attachment_of(socket: &WebSocket) -> Option<Vec<u8>>;
    #[wasm_bindgen(catch)]
    fn attach(socket: &WebSocket, bytes: Uint8Array) -> Result<(), JsValue>;
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(method, catch, js_name = getTags)]
    fn tags_of(this: &State, socket: &WebSocket) -> Result<Array, JsValue>;

    #[wasm_bindgen(js_namespace = crypto, js_name = randomUUID)]
    pub(super) fn random_id() -> String;

    #[derive(Clone, PartialEq)]
    type WebSocket;
    #[wasm_bindgen(method, catch, js_name = send)]
    fn send_text(this: &WebSocket, message: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = send)]
    fn send_bytes(this: &WebSocket, message: Uint8Array) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn close(this: &WebSocket, code: u16, reason: &str) -> Result<(), JsValue>;
}

/// Accepts a web socket, and returns the response with its other end.
pub(super) fn accepted(state: &State, guest: PreparedSocket) -> Result<Accepted> {
    let attachment = Uint8Array::from(&*guest.attachment);
    accept(
        state,
        guest.tags,
        attachment,
        guest.protocol,
        guest.greetings,
    )
    .map(Accepted::new)
    .map_err(|thrown| from_js(&thrown))
}

/// One end of a web socket.
struct Socket {
    socket: WebSocket,
    state: State,
}

/// A socket from the runtime.
pub(super) fn known(state: &State, socket: JsValue) -> RawSocket {
    RawSocket::new(Socket {
        socket: socket.unchecked_into(),
        state: state.clone(),
    })
}

impl Connection for Socket {
    fn send(&self, message: Outgoing<'_>) -> Result<()> {
        match message {
            Outgoing::Text(text) => self.socket.send_text(text),
            Outgoing::Bytes(bytes) => self.socket.send_bytes(bytes.into()),
        }
        .map_err(|thrown| from_js(&thrown))
    }

    fn close(&self, code: u16, reason: &str) -> Result<()> {
        self.socket
            .close(code, reason)
            .map_err(|thrown| from_js(&thrown))
    }

    fn tags(&self) -> Vec<String> {
        let tags = self.state.tags_of(&self.socket).unwrap_or_default();
        tags.iter().filter_map(|tag| tag.as_string()).collect()
    }

    fn attachment(&self) -> Vec<u8> {
        attachment_of(&self.socket).unwrap_or_default()
    }

    fn set_attachment(&self, bytes: &[u8]) -> Result<()> {
        attach(&self.socket, Uint8Array::from(bytes)).map_err(|thrown| from_js(&thrown))
    }

    fn is(&self, other: &RawSocket) -> bool {
        let other = other.downcast::<Self>();
        other.is_some_and(|other| other.socket == self.socket)
    }
}

/// Makes the platform reply to a message without waking the object.
pub(super) fn auto_response(state: &State, (ping, pong): (&str, &str)) {
    answer_by_itself(state, ping, pong);
}

pub(super) fn chosen(state: &State, chosen: &Selection<'_>) -> Vec<RawSocket> {
    let (tags, except) = crossed(chosen);
    let sockets = select(state, tags, &except);
    sockets.iter().map(|socket| known(state, socket)).collect()
}

pub(super) fn with_id(state: &State, id: &str) -> Option<RawSocket> {
    find(state, &id_tag(id), id).map(|socket| known(state, socket.into()))
}

pub(super) fn send_to_all(state: &State, chosen: &Selection<'_>, message: Outgoing<'_>) -> usize {
    let (tags, except) = crossed(chosen);
    broadcast(state, tags, &except, to_js_message(message)) as usize
}

fn crossed(chosen: &Selection<'_>) -> (Vec<String>, Array) {
    let tags = chosen.tags.iter().map(|tag| (*tag).to_owned()).collect();
    let except = chosen
        .except
        .iter()
        .filter_map(RawSocket::downcast::<Socket>);
    let except = except.map(|except| &except.socket).collect();
    (tags, except)
}

fn to_js_message(message: Outgoing<'_>) -> JsValue {
    match message {
        Outgoing::Text(text) => JsValue::from_str(text),
        Outgoing::Bytes(bytes) => Uint8Array::from(bytes).into(),
    }
}
