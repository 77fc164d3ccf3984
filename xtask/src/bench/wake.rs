//! Waking objects.

use std::time::Instant;

use anyhow::Result;

use super::{
    http::{Connection, request},
    programs::Who,
    stage::{Stage, millis},
};

/// How many objects wake before the clock is started, for the JIT compiler, and how many after.
const WARM_UP: usize = 30;
const SLEEPERS: usize = 130;

impl Stage {
    /// Measures how many milliseconds an object takes to wake and to read one of its tables,
    /// with an unchanged schema.
    pub(super) fn wake(&mut self, who: Who) -> Result<f64> {
        if !self.has_sleepers[who as usize] {
            self.make_sleepers(who)?;
        }
        self.restart()?;
        let mut connection = Connection::open(self.port(who))?;
        let mut start = Instant::now();
        for number in 0..SLEEPERS {
            if number == WARM_UP {
                start = Instant::now();
            }
            let path = format!("/objects/sleeper-{number}/sum");
            connection.succeed(&request("GET", &path, ""))?;
        }
        Ok(millis(start) / (SLEEPERS - WARM_UP) as f64)
    }

    fn make_sleepers(&mut self, who: Who) -> Result<()> {
        let mut connection = Connection::open(self.port(who))?;
        for number in 0..SLEEPERS {
            let path = format!("/objects/sleeper-{number}/upsert");
            let body = r#"{"word":"soup","count":1}"#;
            connection.succeed(&request("POST", &path, body))?;
        }
        self.has_sleepers[who as usize] = true;
        Ok(())
    }
}
