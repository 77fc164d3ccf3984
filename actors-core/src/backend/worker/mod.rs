//! The backend for Cloudflare Workers: workerd's JavaScript API.

mod class;
mod entry;
mod executor;
mod http;
mod rpc;
mod sockets;
mod sql;
mod wire;

use std::cell::RefCell;

use wasm_bindgen::prelude::*;
use worker::js_sys;
use worker::wasm_bindgen_futures::{JsFuture, spawn_local};

pub use self::class::{Class, declare_class};
pub use self::entry::fetch;
pub(crate) use self::rpc::Target;
pub(crate) use self::sockets::{Accepted, RawSocket};
pub use self::sql::Cell;
pub(crate) use self::sql::{Columns, Fetched};

use crate::alarms::Loss;
use crate::error::{Error, ErrorKind, Result};
use crate::sockets::admission::Guested;
use crate::sockets::{Outgoing, Selection};
use crate::sql::{Row, Usage, Value};
use crate::time::{Duration, Timestamp, hours};

/// The Worker's bindings.
pub use worker::Env;

#[wasm_bindgen(module = "/src/backend/worker/glue.js")]
extern "C" {
    /// A JavaScript error with the name of our kind.
    fn failure(name: &str, message: &str) -> JsValue;
    /// Says that the object runs its alarms, and answers what has cut short the last ring.
    #[wasm_bindgen(js_name = ringBegins)]
    fn ring_begins(object: &str) -> Option<js_sys::Array>;
    #[wasm_bindgen(js_name = ringEnds)]
    fn ring_ends(object: &str);
    type Timer;
    #[wasm_bindgen(constructor)]
    fn new(millis: f64) -> Timer;
    #[wasm_bindgen(method, getter)]
    fn promise(this: &Timer) -> js_sys::Promise;
    #[wasm_bindgen(method)]
    fn stop(this: &Timer);
    #[cfg(feature = "cron")]
    #[wasm_bindgen(js_name = utcOffset)]
    fn offset_in(zone: &str, millis: f64) -> Option<f64>;
}

/// Stops when it is dropped, since a timer keeps the object in memory.
struct Running(Timer);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.stop();
    }
}

#[wasm_bindgen]
extern "C" {
    /// What the runtime gives the class's constructor.
    #[derive(Clone)]
    pub(crate) type State;
    #[wasm_bindgen(method, getter)]
    fn storage(this: &State) -> Storage;
    #[wasm_bindgen(method, getter)]
    fn id(this: &State) -> Id;

    type Id;
    #[wasm_bindgen(method, getter)]
    fn name(this: &Id) -> Option<String>;
    #[wasm_bindgen(method, js_name = toString)]
    fn to_text(this: &Id) -> String;

    type Storage;
    #[wasm_bindgen(method, catch, js_name = transactionSync)]
    fn transaction(
        this: &Storage,
        body: &mut dyn FnMut() -> Result<(), JsValue>,
    ) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = setAlarm)]
    fn set_alarm(this: &Storage, millis: f64) -> Result<js_sys::Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = getAlarm)]
    fn get_alarm(this: &Storage) -> Result<js_sys::Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn sync(this: &Storage) -> Result<js_sys::Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = deleteAll)]
    fn delete_all(this: &Storage) -> Result<js_sys::Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = deleteAlarm)]
    fn delete_alarm(this: &Storage) -> Result<js_sys::Promise, JsValue>;
}

/// One Durable Object.
pub(crate) struct Platform {
    state: State,
    storage: Storage,
    sql: sql::Database,
    env: Env,
}

impl Platform {
    pub(crate) fn new(state: JsValue, env: JsValue) -> Self {
        let state: State = state.unchecked_into();
        Self {
            storage: state.storage(),
            sql: sql::Database::new(&state),
            state,
            env: env.unchecked_into(),
        }
    }

    pub(crate) fn sql_run(&self, statement: &str, values: &[Value<'_>]) -> Result<u64> {
        self.sql.run(statement, values)
    }

    pub(crate) fn sql_query(
        &self,
        statement: &str,
        values: &[Value<'_>],
        visit: &mut dyn FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        self.sql.query(statement, values, visit)
    }

    pub(crate) fn sql_fetch(&self, statement: &str, values: &[Value<'_>]) -> Result<Fetched<'_>> {
        self.sql.fetch(statement, values)
    }

    pub(crate) fn sql_usage(&self) -> Usage {
        self.sql.usage()
    }

    pub(crate) fn transaction(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        let failed = RefCell::new(None);
        let outcome = self.storage.transaction(&mut || {
            body().map_err(|error| {
                let thrown = to_js(&error);
                failed.replace(Some(error));
                thrown
            })
        });
        match (outcome, failed.into_inner()) {
            (Ok(()), _) => Ok(()),
            (Err(_), Some(error)) => Err(error),
            // A panic inside is on its way to the caller: nothing here may hold it up.
            (Err(thrown), None) if executor::is_trap(&thrown) => wasm_bindgen::throw_val(thrown),
            (Err(thrown), None) => Err(from_js(&thrown)),
        }
    }

    pub(crate) fn set_alarm(&self, at: Option<Timestamp>) -> Result<()> {
        match at {
            // The runtime takes no time before 1970 nor its beginning, and runs what is
            // past at once.
            Some(at) => self.storage.set_alarm(at.as_millis().max(1) as f64),
            None => self.storage.delete_alarm(),
        }
        .map(drop)
        .map_err(|error| from_js(&error))
    }

    /// When the object's own alarm rings, if it is set. It reads no row.
    pub(crate) async fn alarm(&self) -> Result<Option<Timestamp>> {
        let millis = match self.storage.get_alarm() {
            Ok(promise) => JsFuture::from(promise).await,
            Err(thrown) => Err(thrown),
        };
        let millis = millis.map_err(|thrown| from_js(&thrown))?.as_f64();
        Ok(millis.map(|millis| Timestamp::from_millis(millis as i64)))
    }

    /// Does something that no event waits for.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + 'static) {
        spawn_local(work);
    }

    /// Waits until what was written is durable.
    pub(crate) async fn sync(&self) {
        // Should it fail, the runtime resets the object.
        if let Ok(promise) = self.storage.sync() {
            let _ = JsFuture::from(promise).await;
        }
    }

    /// Lets that much time pass, or an hour.
    pub(crate) async fn sleep(&self, span: Duration) {
        let timer = Running(Timer::new(span.min(hours(1)).as_secs_f64() * 1_000.0));
        let _ = JsFuture::from(timer.0.promise()).await;
    }

    /// Closes the web sockets, and removes all that is stored, the alarm included.
    pub(crate) fn delete_all(&self) {
        for socket in self.sockets(&Selection::default()) {
            let _ = socket.close(1000, "the object was destroyed");
        }
        // Both take effect at once; what is answered waits until they are durable.
        let _ = self.storage.delete_alarm();
        let _ = self.storage.delete_all();
    }

    /// Says that alarms begin to run, and answers what has cut them short before.
    pub(crate) fn ring_begins(&self, object: &str) -> Option<Loss> {
        let loss = ring_begins(object)?;
        Some(match (loss.get(0).as_f64(), loss.get(1).as_string()) {
            (Some(alarm), Some(message)) => Loss::Panic(Some((alarm as i64, message))),
            (None, Some(_)) => Loss::Panic(None),
            _ => Loss::Trap,
        })
    }

    /// Says that they have run.
    pub(crate) fn ring_ends(&self, object: &str) {
        ring_ends(object);
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millis(js_sys::Date::now() as i64)
    }

    pub(crate) fn env(&self) -> &Env {
        &self.env
    }

    pub(crate) fn name(&self) -> Option<String> {
        self.state.id().name()
    }

    pub(crate) fn id(&self) -> String {
        self.state.id().to_text()
    }

    pub(crate) fn accept(&self, guest: Guested) -> Result<Accepted> {
        Accepted::new(&self.state, guest)
    }

    fn answer_by_itself(&self, pair: (&str, &str)) {
        sockets::auto_response(&self.state, pair);
    }

    /// The socket that the runtime's event is about.
    fn socket_of_event(&self, socket: JsValue) -> RawSocket {
        RawSocket::new(&self.state, socket)
    }

    pub(crate) fn new_socket_id(&self) -> String {
        sockets::random_id()
    }

    pub(crate) fn sockets(&self, chosen: &Selection<'_>) -> Vec<RawSocket> {
        sockets::chosen(&self.state, chosen)
    }

    pub(crate) fn socket(&self, id: &str) -> Option<RawSocket> {
        sockets::with_id(&self.state, id)
    }

    pub(crate) fn broadcast(&self, chosen: &Selection<'_>, message: Outgoing<'_>) -> usize {
        sockets::send_to_all(&self.state, chosen, message)
    }
}

/// Whether what costs too much here is looked for.
pub(crate) const IS_FOR_TESTS: bool = false;

/// The number of the isolate's first turn.
pub(crate) fn first_turn() -> u64 {
    (js_sys::Math::random() * 2f64.powi(52)) as u64
}

/// Writes to the Worker's log.
pub(crate) fn log(message: &str) {
    worker::console_error!("{message}");
}

/// By how many seconds the clocks of a time zone are ahead of UTC at that moment; none
/// if there is no such zone.
#[cfg(feature = "cron")]
pub(crate) fn utc_offset(zone: &str, at: Timestamp) -> Option<i64> {
    offset_in(zone, at.as_millis() as f64).map(|seconds| seconds as i64)
}

/// The error as JavaScript throws it: the kind is its `name`.
fn to_js(error: &Error) -> JsValue {
    failure(error.kind().name(), error.message())
}

/// What JavaScript threw, as our error: its `name` is the kind, if it is one of ours. From
/// another process comes an `Error` with the text of the one that was thrown there.
fn from_js(thrown: &JsValue) -> Error {
    let property = |name| js_sys::Reflect::get(thrown, &JsValue::from_str(name)).ok();
    let flag = |name| property(name).is_some_and(|value| value.is_truthy());
    let text = |name| property(name).and_then(|value| value.as_string());
    let name = text("name").unwrap_or_default();
    let message = text("message").unwrap_or_else(|| format!("{thrown:?}"));
    if name == "Error"
        && flag("remote")
        && let Some((kind, message)) = ErrorKind::from_text(&message)
    {
        return Error::new(kind, message);
    }
    let kind = match ErrorKind::from_name(&name) {
        Some(kind) => kind,
        None if flag("overloaded") => ErrorKind::Overloaded,
        None if flag("retryable") => ErrorKind::Unavailable,
        None => ErrorKind::Internal,
    };
    Error::new(kind, message)
}

impl From<worker::Error> for Error {
    fn from(error: worker::Error) -> Self {
        Self::internal(error.to_string())
    }
}
