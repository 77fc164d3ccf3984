//! The exported class of an actor, and how events get into it.

use std::sync::Once;

use wasm_bindgen::prelude::*;
use worker::js_sys::{Array, Reflect};

use super::error::{from_js, to_js};
use super::executor::{answer, install_panic_hook};
use super::state::State;
use super::{http, object, sockets, wire};
use crate::actor::Actor;
use crate::actor::host::sleeping;
use crate::actor::object::Object;
use crate::error::{Error, Result};
use crate::platform::{Host as _, Platform};
use crate::sockets::Close;
use crate::sockets::message::Event;
use crate::time::Timestamp;
use crate::wire::Wire;

#[wasm_bindgen(module = "/src/backend/worker/glue.js")]
extern "C" {
    fn declare(
        instance: &JsValue,
        methods: Vec<String>,
        answers_requests: bool,
        has_sockets: bool,
        hears_their_end: bool,
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
        let env = env.unchecked_into();
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

    /// Passes an event to the actor, and returns a value or a promise.
    ///
    /// # Errors
    ///
    /// The error of a handler that fails at once, as a JavaScript error.
    pub fn dispatch(&self, event: i32, values: JsValue) -> Result<JsValue, JsValue> {
        let values: Array = values.unchecked_into();
        let Some((object, state)) = &self.0 else {
            return Err(to_js(&Error::internal("not an object of the runtime")));
        };
        match event {
            FETCH => {
                let opens_sockets = A::SOCKETS.is_some();
                http::handle(object, opens_sockets, values.get(0).unchecked_ref())
            }
            ALARM => {
                let turn = object.alarm(scheduled_time(&values.get(0)));
                answer(turn, nothing)
            }
            // So an actor without web sockets does not include their code.
            MESSAGE | CLOSE | ERROR if A::SOCKETS.is_some() => {
                let socket = sockets::known(state, values.get(0));
                let turn = object.socket(socket, socket_event::<A>(event, &values));
                answer(turn, nothing)
            }
            method => {
                let method = usize::try_from(method).unwrap_or(usize::MAX);
                let turn = object.call(method, wire::from_js(values.iter()));
                answer(turn, reply)
            }
        }
    }
}

// Functions rather than closures, so that code generic over them is compiled once for all actors.

fn nothing((): ()) -> Result<JsValue> {
    Ok(JsValue::UNDEFINED)
}

fn reply(reply: Wire) -> Result<JsValue> {
    Ok(wire::to_js(reply))
}

/// When the object's alarm was meant to ring, from the argument of the class's method.
fn scheduled_time(info: &JsValue) -> Option<Timestamp> {
    let time = Reflect::get(info, &"scheduledTime".into()).ok()?;
    Some(Timestamp::from_millis(time.as_f64()? as i64))
}

/// The event of a socket, from the arguments of the class's method.
fn socket_event<A: Actor>(event: i32, values: &Array) -> Event {
    match event {
        MESSAGE => {
            let max_bytes = A::SOCKETS.map_or(0, |options| options.max_bytes);
            sockets::message(&values.get(1), max_bytes)
        }
        CLOSE => Event::Close(Close {
            code: values.get(1).as_f64().unwrap_or_default() as u16,
            reason: values.get(2).as_string().unwrap_or_default(),
            was_clean: values.get(3).is_truthy(),
        }),
        _ => Event::Error(from_js(&values.get(1)).message().to_owned()),
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
        methods,
        answers_requests,
        A::SOCKETS.is_some(),
        hears_their_end,
    );
}
