//! Scheduling an alarm.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::change::{change_once, take_note};
use super::{Alarm, AlarmId, Recurrence, chain, list};
use crate::error::{Error, Result};
use crate::instance::Instance;
use crate::instance::alarm::LAST;
use crate::instance::unwritten::NewAlarm;
use crate::json;
use crate::log;
use crate::time::{Duration, Timestamp};

/// The limit for the arguments and the key, in bytes: what fits into a row of 2 MiB.
const MAX_BYTES: usize = 2_000_000;

/// When an alarm is to run; which handler, follows.
#[doc(hidden)]
pub struct Plan<'a> {
    instance: &'a Instance,
    times: Result<(Timestamp, Option<Recurrence>)>,
    key: Option<String>,
}

impl<'a> Plan<'a> {
    fn new(instance: &'a Instance, times: Result<(Timestamp, Option<Recurrence>)>) -> Self {
        let key = None;
        Self {
            instance,
            times,
            key,
        }
    }

    pub(crate) fn once(instance: &'a Instance, due: Timestamp) -> Self {
        Self::new(instance, Ok((due, None)))
    }

    pub(crate) fn every(instance: &'a Instance, interval: Duration) -> Self {
        Self::recurring(instance, Recurrence::Every(interval))
    }

    #[cfg(feature = "cron")]
    pub(crate) fn cron(instance: &'a Instance, expression: &str, zone: Option<&str>) -> Self {
        let cron = Recurrence::Cron {
            expression: expression.to_owned(),
            zone: zone.map(str::to_owned),
        };
        Self::recurring(instance, cron)
    }

    fn recurring(instance: &'a Instance, recurrence: Recurrence) -> Self {
        let first = recurrence.first_after(instance.now());
        Self::new(instance, first.map(|due| (due, Some(recurrence))))
    }

    /// Makes the alarm replace the one with the same key; but one that recurs in the same
    /// way goes on instead.
    pub fn keyed(mut self, key: &str) -> Self {
        self.key = Some(key.to_owned());
        self
    }

    /// Stores the alarm.
    pub fn schedule<P: Serialize + DeserializeOwned>(
        self,
        handler: &'static str,
        payload: &P,
    ) -> Result<AlarmId> {
        self.store(handler, json::to_text(payload))
    }

    fn store(self, handler: &'static str, payload: Result<String, String>) -> Result<AlarmId> {
        let (instance, key) = (self.instance, self.key);
        let (planned, recurrence) = self.times?;
        let payload = payload.map_err(|error| {
            Error::invalid(format!(
                "the arguments of the alarm `{handler}` can't be stored: {error}"
            ))
        })?;
        check(planned, &payload, key.as_deref())?;
        if let (Some(key), Some(recurrence)) = (&key, &recurrence)
            && let Some(known) = same(instance, key, handler, recurrence, &payload)?
        {
            return Ok(known);
        }
        let (chain, due) = slowed(instance, handler, planned);
        // With a key, it replaces another or fails with that.
        let is_part = key.is_none() && instance.is_in_transaction();
        let store = || {
            take_note(instance)?;
            if let Some(key) = &key {
                remove(instance, key)?;
            }
            let id = instance.new_alarm_id()?;
            instance.schedule(NewAlarm {
                id,
                handler,
                payload,
                due,
                planned,
                key,
                recurrence,
                chain,
            })?;
            Ok(AlarmId(id))
        };
        match is_part {
            true => store(),
            false => instance.transaction(store),
        }
    }
}

fn remove(instance: &Instance, key: &str) -> Result<()> {
    change_once(instance, |instance| {
        let statement = "DELETE FROM _actors_alarms WHERE key = ?";
        instance.alarms()?.run(statement, (key,)).map(drop)
    })
}

/// Its position in a chain of alarms that schedule each other to run at once, and when it
/// therefore runs.
fn slowed(instance: &Instance, handler: &str, due: Timestamp) -> (u32, Timestamp) {
    let Some(run) = instance.running.get() else {
        return (0, due);
    };
    let now = instance.now();
    let chain = chain::next(&run, now, due);
    let wait = chain::wait(chain);
    if chain::is_news(chain) {
        log::error(&format!(
            "the alarm `{handler}` ends a chain of {chain} that have scheduled each other to run \
             at once, and waits {} ms: do more in each, or schedule them later",
            wait.as_millis()
        ));
    }
    (chain, due.max(now + wait))
}

/// The alarm with that key, if it recurs in the same way and so goes on.
fn same(
    instance: &Instance,
    key: &str,
    handler: &str,
    recurrence: &Recurrence,
    payload: &str,
) -> Result<Option<AlarmId>> {
    let statement = format!("{} WHERE key = ? AND due IS NOT NULL", list::SELECT);
    let known: Option<Alarm> = instance.alarms()?.optional(&statement, (key,))?;
    let known = known.filter(|known| {
        let recurs = known.recurrence.as_ref().map(Recurrence::columns);
        known.handler == handler
            && recurs == Some(recurrence.columns())
            && known.has_arguments(payload)
    });
    Ok(known.map(|known| known.id))
}

fn check(due: Timestamp, payload: &str, key: Option<&str>) -> Result<()> {
    if due > LAST {
        return Err(Error::invalid(
            "an alarm can't be later than 2262-04-11T23:47:16.854Z, the last time of the platform",
        ));
    }
    if key == Some("") {
        return Err(Error::invalid("an alarm's key can't be empty"));
    }
    let bytes = payload.len() + key.map_or(0, str::len);
    if bytes > MAX_BYTES {
        return Err(Error::invalid(format!(
            "an alarm's arguments and key take {bytes} bytes as JSON, and at most {MAX_BYTES} are \
             possible: store them in a table, and pass their key"
        )));
    }
    Ok(())
}
