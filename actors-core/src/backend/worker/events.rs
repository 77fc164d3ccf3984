//! The Worker's events besides requests.

use std::rc::Rc;

use js_sys::{Array, Date, JSON};
use wasm_bindgen::prelude::*;

use super::executor::answer;
use crate::entry::events::{Consumer, Head, OnSchedule, Scheduled, Settle, Unread, consumer};
use crate::env::Env;
use crate::error::{Error, Result};
use crate::time::{Duration, Timestamp};
use crate::turn::Turn;

#[wasm_bindgen]
extern "C" {
    /// What a cron trigger passes.
    type Trigger;
    #[wasm_bindgen(method, getter)]
    fn cron(this: &Trigger) -> String;
    #[wasm_bindgen(method, getter, js_name = scheduledTime)]
    fn scheduled_time(this: &Trigger) -> f64;

    /// What a queue passes.
    type Batch;
    #[wasm_bindgen(method, getter)]
    fn queue(this: &Batch) -> String;
    #[wasm_bindgen(method, getter)]
    fn messages(this: &Batch) -> Array;

    type Message;
    #[wasm_bindgen(method, getter)]
    fn id(this: &Message) -> String;
    #[wasm_bindgen(method, getter)]
    fn timestamp(this: &Message) -> Date;
    #[wasm_bindgen(method, getter)]
    fn attempts(this: &Message) -> u32;
    #[wasm_bindgen(method, getter)]
    fn body(this: &Message) -> JsValue;
    #[wasm_bindgen(method)]
    fn ack(this: &Message);
    #[wasm_bindgen(method)]
    fn retry(this: &Message, options: &JsValue);
}

#[wasm_bindgen(module = "/src/backend/worker/glue.js")]
extern "C" {
    #[wasm_bindgen(js_name = delayed)]
    fn delayed(seconds: f64) -> JsValue;
}

/// Runs the handler of a cron trigger.
///
/// # Errors
///
/// That of the handler.
pub fn scheduled(run: OnSchedule, trigger: JsValue, env: JsValue) -> Result<JsValue, JsValue> {
    let trigger: Trigger = trigger.unchecked_into();
    let event = Scheduled {
        cron: trigger.cron(),
        time: Timestamp::from_millis(trigger.scheduled_time() as i64),
    };
    answer(Turn::start(run(event, Env(env.unchecked_into()))), nothing)
}

/// Runs the consumer of a batch.
///
/// # Errors
///
/// That of the consumer, or there is none for the queue.
pub fn queue(
    consumers: &'static [Consumer],
    batch: JsValue,
    env: JsValue,
) -> Result<JsValue, JsValue> {
    let batch: Batch = batch.unchecked_into();
    let queue = batch.queue();
    let turn = match consumer(consumers, &queue) {
        Some(run) => {
            let messages = batch.messages().iter().map(unread).collect();
            Turn::start(run(Unread { queue, messages }, Env(env.unchecked_into())))
        }
        None => Turn::Done(Err(no_consumer(&queue))),
    };
    answer(turn, nothing)
}

/// The error for a queue that nobody consumes.
fn no_consumer(queue: &str) -> Error {
    Error::internal(format!(
        "the Worker has no consumer of the queue `{queue}`: add `queue(\"{queue}\") = handler` to \
         `entry!`"
    ))
}

fn unread(message: JsValue) -> (Head, String) {
    let message: Message = message.unchecked_into();
    // Nothing is no JSON, and what JSON has not is none either.
    let body = JSON::stringify(&message.body())
        .ok()
        .and_then(|text| text.as_string());
    let body = body.unwrap_or_default();
    let head = Head {
        id: message.id(),
        time: Timestamp::from_millis(message.timestamp().get_time() as i64),
        attempts: message.attempts(),
        settle: Rc::new(message),
    };
    (head, body)
}

impl Settle for Message {
    fn ack(&self) {
        Message::ack(self);
    }

    fn retry(&self, after: Option<Duration>) {
        let seconds = after.map(|after| after.as_secs_f64().ceil());
        Message::retry(self, &seconds.map_or(JsValue::UNDEFINED, delayed));
    }
}

fn nothing((): ()) -> Result<JsValue> {
    Ok(JsValue::UNDEFINED)
}
