//! The state that the runtime gives an object.

use wasm_bindgen::prelude::*;

use crate::error::{Error, Result as CoreResult};
use crate::platform::Platform;

#[wasm_bindgen]
extern "C" {
    /// The state that the runtime passes to the class's constructor.
    #[derive(Clone)]
    pub(super) type State;
    #[wasm_bindgen(method, getter)]
    pub(super) fn storage(this: &State) -> Storage;
    #[wasm_bindgen(method, getter)]
    pub(super) fn id(this: &State) -> Id;

    pub(super) type Id;
    #[wasm_bindgen(method, getter)]
    pub(super) fn name(this: &Id) -> Option<String>;
    #[wasm_bindgen(method, js_name = toString)]
    pub(super) fn to_text(this: &Id) -> String;

    pub(super) type Storage;
    #[wasm_bindgen(method, catch, js_name = transactionSync)]
    pub(super) fn transaction(
        this: &Storage,
        body: &mut dyn FnMut() -> Result<(), JsValue>,
    ) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = setAlarm)]
    pub(super) fn set_alarm(this: &Storage, millis: f64) -> Result<js_sys::Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = getAlarm)]
    pub(super) fn get_alarm(this: &Storage) -> Result<js_sys::Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(super) fn sync(this: &Storage) -> Result<js_sys::Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = deleteAll)]
    pub(super) fn delete_all(this: &Storage) -> Result<js_sys::Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = deleteAlarm)]
    pub(super) fn delete_alarm(this: &Storage) -> Result<js_sys::Promise, JsValue>;
}

/// The state of the object that the platform is.
pub(super) fn state(object: &dyn Platform) -> CoreResult<&State> {
    let state = object.own().downcast_ref();
    state.ok_or_else(|| Error::internal("not an object of the runtime"))
}
