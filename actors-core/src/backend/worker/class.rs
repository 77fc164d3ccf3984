//! The exported class of an actor, and how events get into it.

use wasm_bindgen::prelude::*;

use super::error::to_js;
use super::executor::answer;
use super::state::State;
use super::{http, object, sockets, wire};
use crate::actor::Actor;
use crate::actor::host::{code_of, def_of};
use crate::env::Env;
use crate::error::{Error, Result};
use crate::instance::ActorDef;
use crate::object::{ActorCode, Object};
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
pub struct Class(Option<Exported>);

struct Exported {
    object: Object,
    state: State,
    definition: &'static Definition,
}

/// What is exported of an actor, without its type.
struct Definition {
    def: ActorDef,
    code: &'static ActorCode,
    platform: MakePlatform,
    auto_response: Option<(&'static str, &'static str)>,
    // An actor that does not handle such an event has no code for it.
    fetch: Option<Fetch>,
    socket: Option<SocketEvent>,
    declared: Declared,
}

type MakePlatform = fn(&State) -> Box<dyn Platform>;
type Fetch = fn(&Object, &web_sys::Request, Option<Vec<u8>>) -> Result<JsValue, JsValue>;
type SocketEvent = fn(&Exported, JsValue, Parts) -> Result<JsValue, JsValue>;

/// An event, and what is packed with it.
struct Parts {
    event: i32,
    cells: Vec<f64>,
    texts: Option<String>,
    bytes: Option<Vec<u8>>,
}

/// What the runtime is told of a class.
struct Declared {
    binding: &'static str,
    reads_bodies: bool,
    hears_their_end: bool,
    max_bytes: f64,
}

impl Definition {
    const fn of<A: Actor>() -> Self {
        let handlers = A::HANDLERS;
        let (platform, socket): (MakePlatform, Option<SocketEvent>) = match A::SOCKETS {
            Some(_) => (object::Object::<true>::boxed, Some(Exported::socket)),
            None => (object::Object::<false>::boxed, None),
        };
        Self {
            def: def_of::<A>(),
            code: code_of::<A>(),
            platform,
            auto_response: match A::SOCKETS {
                Some(options) => options.auto_response,
                None => None,
            },
            fetch: match (A::SOCKETS, handlers.on_request) {
                (Some(_), _) => Some(http::handle::<true>),
                (None, Some(_)) => Some(http::handle::<false>),
                (None, None) => None,
            },
            socket,
            declared: Declared {
                binding: A::BINDING,
                reads_bodies: handlers.reads_bodies,
                hears_their_end: handlers.on_close.is_some() || handlers.on_error.is_some(),
                max_bytes: match A::SOCKETS {
                    Some(options) => options.max_bytes as f64,
                    None => 0.0,
                },
            },
        }
    }
}

impl Exported {
    fn new(state: State, env: Env, definition: &'static Definition) -> Self {
        // Before any socket is accepted, and again at each wake.
        if let Some(pair) = definition.auto_response {
            sockets::auto_response(&state, pair);
        }
        let platform = (definition.platform)(&state);
        Self {
            object: Object::new(platform, env, definition.def, definition.code),
            state,
            definition,
        }
    }

    fn socket(&self, socket: JsValue, parts: Parts) -> Result<JsValue, JsValue> {
        let socket = sockets::known(&self.state, socket);
        answer(self.object.socket(socket, socket_event(parts)), nothing)
    }
}

impl Class {
    /// An object of the runtime, from the arguments of its constructor.
    pub fn new<A: Actor>(state: JsValue, env: JsValue) -> Self {
        let definition = const { &Definition::of::<A>() };
        let (state, env) = (state.unchecked_into(), Env(env));
        Self(Some(Exported::new(state, env, definition)))
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
        let Some(exported) = &self.0 else {
            return Err(to_js(&Error::internal("not an object of the runtime")));
        };
        let Exported {
            object, definition, ..
        } = exported;
        let cells = cells.unwrap_or_default();
        match (event, definition.fetch, definition.socket) {
            (FETCH, Some(fetch), _) => fetch(object, about.unchecked_ref(), bytes),
            (ALARM, ..) => {
                let planned = cells
                    .first()
                    .map(|time| Timestamp::from_millis(*time as i64));
                answer(object.alarm(planned), nothing)
            }
            (MESSAGE | CLOSE | ERROR, _, Some(socket)) => {
                let parts = Parts {
                    event,
                    cells,
                    texts,
                    bytes,
                };
                socket(exported, about, parts)
            }
            (method, ..) => {
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
fn socket_event(parts: Parts) -> Event {
    let cell = |index| parts.cells.get(index).copied().unwrap_or_default();
    match (parts.event, parts.texts, parts.bytes) {
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
    declare_as(instance, const { &Definition::of::<A>() });
}

fn declare_as(instance: &JsValue, definition: &Definition) {
    let Definition { code, declared, .. } = definition;
    let methods = code.methods.iter().map(|method| method.name.to_owned());
    declare(
        instance,
        definition.def.name,
        declared.binding,
        methods.collect(),
        code.on_request.is_some(),
        declared.reads_bodies,
        code.sockets.is_some(),
        declared.hears_their_end,
        declared.max_bytes,
    );
}
