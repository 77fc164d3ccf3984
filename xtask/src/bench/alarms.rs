//! Alarms: scheduling many, and running those that are due.

use std::{
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::{Result, ensure};

use super::{
    http::{Connection, request},
    programs::Who,
    stage::{Stage, millis},
};

/// How many alarms one request schedules.
const SCHEDULED: u32 = 1000;

/// How long the due alarms may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// How long before their time the alarms are scheduled; longer if that was too short.
pub(super) struct Lead(Duration);

impl Default for Lead {
    fn default() -> Self {
        Self(Duration::from_secs(1))
    }
}

impl Stage {
    /// Measures how many milliseconds it takes to schedule 1,000 alarms.
    pub(super) fn schedule(&self, who: Who) -> Result<f64> {
        let mut connection = Connection::open(self.port(who))?;
        let name = self.new_name();
        let upsert = r#"{"word":"soup","count":1}"#;
        connection.succeed(&request("POST", &format!("/objects/{name}/upsert"), upsert))?;
        let schedule = load(&name, "schedule", SCHEDULED, tomorrow());
        let start = Instant::now();
        connection.succeed(&schedule)?;
        Ok(millis(start))
    }

    /// Measures how many alarms run per second, when many are due at once.
    pub(super) fn due(&mut self, who: Who) -> Result<f64> {
        let count = if self.is_quick { 10_000 } else { 100_000 };
        let mut connection = Connection::open(self.port(who))?;
        let (name, due) = self.load_alarms(who, &mut connection, count)?;
        thread::sleep(Duration::from_millis(due.saturating_sub(now())));
        let runs = request("GET", &format!("/objects/{name}/runs"), "");
        let start = Instant::now();
        loop {
            let runs: u32 = serde_json::from_slice(&connection.succeed(&runs)?)?;
            if runs == count {
                return Ok(f64::from(count) / start.elapsed().as_secs_f64());
            }
            ensure!(
                start.elapsed() < PATIENCE,
                "only {runs} of {count} alarms have run"
            );
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// A new object with so many alarms, and when they are due.
    fn load_alarms(
        &mut self,
        who: Who,
        connection: &mut Connection,
        count: u32,
    ) -> Result<(String, u64)> {
        // `schedule` of @cloudflare/actors reads all rows each time.
        let (what, at_once) = match who {
            Who::CloudflareActors => ("load", count),
            _ => ("schedule", SCHEDULED),
        };
        loop {
            let name = self.new_name();
            let millis = u64::try_from(self.lead.0.as_millis())?;
            // @cloudflare/actors only has whole seconds.
            let due = (now() + millis).next_multiple_of(1000);
            for _ in 0..count / at_once {
                connection.succeed(&load(&name, what, at_once, due))?;
            }
            if now() < due {
                return Ok((name, due));
            }
            self.lead.0 *= 2;
        }
    }
}

/// The request that schedules so many.
fn load(name: &str, what: &str, count: u32, due: u64) -> Vec<u8> {
    let body = format!(r#"{{"count":{count},"due":{due}}}"#);
    request("POST", &format!("/objects/{name}/{what}"), &body)
}

fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| now.as_millis() as u64)
}

/// A time that does not come while the benchmark runs.
pub(super) fn tomorrow() -> u64 {
    (now() + 24 * 60 * 60 * 1000).next_multiple_of(1000)
}
