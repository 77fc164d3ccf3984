//! The exported class of an actor, and how events get into it.

use std::sync::Once;

use wasm_bindgen::prelude::*;

use super::error::to_js;
use super::executor::{answer, install_panic_hook};
use super::state::State;
use super::{http, object, sockets, wire};
use crate::actor::Actor;
use crate::actor::host::sleeping;
use crate::actor::object::Object;
use crate::env::Env;
use crate::error::{Error, Result};
use crate::platform::{Host as _, Platform};
use crate::sockets::message::{Event, TooLong};
use crate::sockets::{Close, Message};
use crate::time::Timestamp;
use crate::wire::Packed;

#[wasm_bindgen(module = "/src/backend/worker/glue.js")]
extern "C" {
    fn declare(
        instance: &JsValue,
        name: &str,
        binding: &str,
        methods: Vec<String>,
        answers_requests: bool,
        reads_bodies: bool,
        has_sockets: bool,
        hears_their_end: bool,
        max_bytes: f64,
    );
}

/// The platform's own events, which are not methods; the glue uses the same numbers.
const FETCH: i32 = -1;
const ALARM: i32 = -2;
const MESSAGE: i32 = -3;
const CLOSE: i32 = -4;
const ERROR: i32 = -5;

/// The inner part of the class that the macro exports.
pub struct Class<A: 'static>(Option<(Object<A>, State)>);

impl<A: Actor> Class<A> {
    /// An object of the runtime, from the arguments of its constructor.
    pub fn new(state: JsValue, env: JsValue) -> Self {
        let state: State = state.unchecked_into();
        let env = Env(env.unchecked_into());
        // Before any socket is accepted, and again at each wake.
        if let Some(pair) = A::SOCKETS.and_then(|options| options.auto_response) {
            sockets::auto_response(&state, pair);
        }
        let platform: Box<dyn Platform> = match A::SOCKETS {
            Some(_) => Box::new(object::Object::<true>::new(&state)),
            None => Box::new(object::Object::<false>::new(&state)),
        };
        Self(Some((sleeping(platform, env), state)))
    }

    /// Not an object: an instance that is only made for its JavaScript class.
    pub fn empty() -> Self {
        Self(None)
    }

    /// Passes an event to the actor, and returns a value or a promise. The cells, texts and
    /// bytes are the packed arguments of a method, or the parts of another event; `about` is
    /// the request or the socket.
    ///
    /// # Errors
    ///
    /// The error of a handler that fails at once, as a JavaScript error.
    pub fn dispatch(
        &self,
        event: i32,
        cells: Option<Vec<f64>>,
        texts: Option<String>,
        bytes: Option<Vec<u8>>,
        about: JsValue,
    ) -> Result<JsValue, JsValue> {
        let Some((object, state)) = &self.0 else {
            return Err(to_js(&Error::internal("not an object of the runtime")));
        };
        let cells = cells.unwrap_or_default();
        match event {
            // So an actor that handles no requests does not include their code.
            FETCH if A::SOCKETS.is_some() || A::HANDLERS.on_request.is_some() => {
                http::handle(object, A::SOCKETS.is_some(), about.unchecked_ref(), bytes)
            }
            ALARM => {
                let planned = cells
                    .first()
                    .map(|time| Timestamp::from_millis(*time as i64));
                answer(object.alarm(planned), nothing)
            }
            MESSAGE | CLOSE | ERROR if A::SOCKETS.is_some() => {
                let socket = sockets::known(state, about);
                let happened = socket_event(event, &cells, texts, bytes);
                answer(object.socket(socket, happened), nothing)
            }
            method => {
                let method = usize::try_from(method).unwrap_or(usize::MAX);
                let arguments = wire::from_parts(cells, texts, bytes);
                answer(object.call(method, arguments), reply)
            }
        }
    }
}

// Functions rather than closures, so that code generic over them is compiled once for all actors.

fn nothing((): ()) -> Result<JsValue> {
    Ok(JsValue::UNDEFINED)
}

fn reply(reply: Packed) -> Result<JsValue> {
    Ok(wire::to_js(&reply))
}

/// The event of a socket. A message that is too large stays outside of Wasm, whose memory never
/// shrinks: only its length is passed.
fn socket_event(event: i32, cells: &[f64], texts: Option<String>, bytes: Option<Vec<u8>>) -> Event {
    let cell = |index| cells.get(index).copied().unwrap_or_default();
    match (event, texts, bytes) {
        (MESSAGE, Some(text), _) => Event::Message(Ok(Message::Text(text))),
        (MESSAGE, None, Some(bytes)) => Event::Message(Ok(Message::Bytes(bytes.into()))),
        (MESSAGE, None, None) => Event::Message(Err(TooLong(cell(0) as usize))),
        (CLOSE, reason, _) => Event::Close(Close {
            code: cell(0) as u16,
            reason: reason.unwrap_or_default(),
            was_clean: cell(1) != 0.0,
        }),
        (_, message, _) => Event::Error(message.unwrap_or_default()),
    }
}

/// Declares the class to the runtime, when the module starts.
pub fn declare_class<A: Actor>(instance: &JsValue) {
    static HOOK: Once = Once::new();
    HOOK.call_once(install_panic_hook);
    let methods = A::HANDLERS
        .methods
        .iter()
        .map(|method| method.name.to_owned())
        .collect();
    let answers_requests = A::HANDLERS.on_request.is_some();
    let hears_their_end = A::HANDLERS.on_close.is_some() || A::HANDLERS.on_error.is_some();
    declare(
        instance,
        A::NAME,
        A::BINDING,
        methods,
        answers_requests,
        A::HANDLERS.reads_bodies,
        A::SOCKETS.is_some(),
        hears_their_end,
        A::SOCKETS.map_or(0.0, |options| options.max_bytes as f64),
    );
}
