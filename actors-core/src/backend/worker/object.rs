//! A Durable Object of the runtime.

use std::any::Any;
use std::cell::RefCell;

use js_sys::futures::{JsFuture, spawn_local};
use wasm_bindgen::prelude::*;

use super::error::{from_js, to_js};
use super::state::{State, Storage};
use super::{executor, sockets, sql, timer};
use crate::error::{Error, Result};
use crate::platform::{Interruption, Platform};
use crate::sockets::admission::PreparedSocket;
use crate::sockets::raw::{Accepted, Outgoing, RawSocket, Selection};
use crate::sql::cell::Rows;
use crate::sql::{Usage, Value};
use crate::time::{Duration, Timestamp};
use crate::turn::BoxFuture;

#[wasm_bindgen(module = "/src/backend/worker/glue.js")]
extern "C" {
    /// Notes that the object runs its alarms, and returns what cut the last ring short.
    #[wasm_bindgen(js_name = ringBegins)]
    fn ring_begins(object: &str) -> Option<js_sys::Array>;
    #[wasm_bindgen(js_name = ringEnds)]
    fn ring_ends(object: &str);
    fn abort(state: &State, reason: &str);
}

/// One Durable Object. Without `SOCKETS` it has no web sockets, and the code for them is
/// not linked.
pub(super) struct Object<const SOCKETS: bool> {
    state: State,
    storage: Storage,
    sql: sql::Database,
}

impl<const SOCKETS: bool> Object<SOCKETS> {
    pub(super) fn new(state: &State) -> Self {
        Self {
            storage: state.storage(),
            sql: sql::Database::new(state),
            state: state.clone(),
        }
    }

    pub(super) fn boxed(state: &State) -> Box<dyn Platform> {
        Box::new(Self::new(state))
    }
}

impl<const SOCKETS: bool> Platform for Object<SOCKETS> {
    fn sql_run(&self, statement: &str, values: &[Value<'_>]) -> Result<u64> {
        self.sql.run(statement, values)
    }

    fn sql_run_each(
        &self,
        statement: &str,
        sets: &[Vec<Value<'_>>],
    ) -> Result<u64, (usize, Error)> {
        self.sql.run_each(statement, sets)
    }

    fn sql_fetch(&self, statement: &str, values: &[Value<'_>]) -> Result<Rows<'_>> {
        self.sql.fetch(statement, values)
    }

    fn sql_usage(&self) -> Usage {
        self.sql.usage()
    }

    fn transaction(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()> {
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
            // A panic inside is unwinding to the caller: nothing here may stop it.
            (Err(thrown), None) if executor::is_trap(&thrown) => wasm_bindgen::throw_val(thrown),
            (Err(thrown), None) => Err(from_js(&thrown)),
        }
    }

    fn set_alarm(&self, at: Option<Timestamp>) -> Result<()> {
        match at {
            // The runtime accepts no time up to the beginning of 1970, and runs past alarms
            // at once.
            Some(at) => self.storage.set_alarm(at.as_millis().max(1) as f64),
            None => self.storage.delete_alarm(),
        }
        .map(drop)
        .map_err(|error| from_js(&error))
    }

    fn alarm(&self) -> BoxFuture<'_, Result<Option<Timestamp>>> {
        Box::pin(async {
            let millis = match self.storage.get_alarm() {
                Ok(promise) => JsFuture::from(promise).await,
                Err(thrown) => Err(thrown),
            };
            let millis = millis.map_err(|thrown| from_js(&thrown))?.as_f64();
            Ok(millis.map(|millis| Timestamp::from_millis(millis as i64)))
        })
    }

    fn spawn(&self, work: BoxFuture<'static, ()>) {
        spawn_local(work);
    }

    fn abort(&self, reason: &str) {
        abort(&self.state, reason);
    }

    fn sync(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            // If it fails, the runtime resets the object.
            if let Ok(promise) = self.storage.sync() {
                let _ = JsFuture::from(promise).await;
            }
        })
    }

    fn sleep(&self, span: Duration) -> BoxFuture<'_, ()> {
        timer::sleep(span.min(timer::LONGEST))
    }

    fn delete_all(&self) {
        for socket in self.sockets(&Selection::default()) {
            let _ = socket.close(1000, "the object was destroyed");
        }
        // Both take effect at once; replies wait until they are durable.
        let _ = self.storage.delete_alarm();
        let _ = self.storage.delete_all();
    }

    fn ring_begins(&self, object: &str) -> Option<Interruption> {
        let loss = ring_begins(object)?;
        Some(match (loss.get(0).as_f64(), loss.get(1).as_string()) {
            (Some(alarm), Some(message)) => Interruption::Panic(Some((alarm as i64, message))),
            (None, Some(_)) => Interruption::Panic(None),
            _ => Interruption::Trap,
        })
    }

    fn ring_ends(&self, object: &str) {
        ring_ends(object);
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millis(js_sys::Date::now() as i64)
    }

    fn name(&self) -> Option<String> {
        self.state.id().name()
    }

    fn id(&self) -> String {
        self.state.id().to_text()
    }

    fn accept(&self, guest: PreparedSocket) -> Result<Accepted> {
        match SOCKETS {
            true => sockets::accepted(&self.state, guest),
            false => Err(Error::internal("the actor has no web sockets")),
        }
    }

    fn new_socket_id(&self) -> String {
        sockets::random_id()
    }

    fn sockets(&self, chosen: &Selection<'_>) -> Vec<RawSocket> {
        match SOCKETS {
            true => sockets::chosen(&self.state, chosen),
            // New code ends the sockets of older code.
            false => Vec::new(),
        }
    }

    fn socket(&self, id: &str) -> Option<RawSocket> {
        SOCKETS.then(|| sockets::with_id(&self.state, id)).flatten()
    }

    fn broadcast(&self, chosen: &Selection<'_>, message: Outgoing<'_>) -> usize {
        match SOCKETS {
            true => sockets::send_to_all(&self.state, chosen, message),
            false => 0,
        }
    }

    fn first_turn(&self) -> u64 {
        (js_sys::Math::random() * 2f64.powi(52)) as u64
    }

    fn own(&self) -> &dyn Any {
        &self.state
    }
}
