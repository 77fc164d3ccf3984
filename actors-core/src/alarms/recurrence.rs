//! The times of recurring alarms.

use super::Retry;
use crate::error::{Error, Result};
use crate::time::{Duration, Timestamp, millis};
use crate::turn::gate::Access;

/// How an alarm recurs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Recurrence {
    /// At each whole interval from its first time.
    Every(Duration),
    /// Whenever the cron expression matches.
    Cron {
        /// The five or six fields.
        expression: String,
        /// The time zone; UTC if there is none.
        zone: Option<String>,
    },
}

impl Recurrence {
    /// The first time of an alarm that is scheduled at `time`; always after it.
    ///
    /// ```
    /// # #[cfg(feature = "cron")] {
    /// # use actors_core::{Timestamp, alarms::Recurrence};
    /// let mondays = Recurrence::Cron {
    ///     expression: "0 3 * * MON".into(),
    ///     zone: Some("Europe/Berlin".into()),
    /// };
    /// let thursday = Timestamp::from_millis(0);
    /// assert_eq!(mondays.first_after(thursday)?.as_millis(), (4 * 24 + 2) * 3_600_000);
    /// # }
    /// # Ok::<(), actors_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// An interval of 0; an invalid expression, or one that never matches a date; an
    /// unknown time zone.
    pub fn first_after(&self, time: Timestamp) -> Result<Timestamp> {
        self.next(time, time)
    }

    /// The next time after `now` of one that was meant for `planned`.
    pub(crate) fn next(&self, planned: Timestamp, now: Timestamp) -> Result<Timestamp> {
        match self {
            Self::Every(interval) => next_on_grid(planned, millis(*interval), now),
            #[cfg(feature = "cron")]
            Self::Cron { expression, zone } => {
                super::cron::next(expression, zone.as_deref(), planned.max(now))
            }
            #[cfg(not(feature = "cron"))]
            Self::Cron { .. } => Err(Error::schema(
                "this Worker was built without the feature `cron` of `actors-core`",
            )),
        }
    }

    /// As the columns `every`, `cron` and `zone`.
    pub(crate) fn columns(&self) -> (Option<i64>, Option<&str>, Option<&str>) {
        match self {
            Self::Every(interval) => (Some(millis(*interval)), None, None),
            Self::Cron { expression, zone } => (None, Some(expression), zone.as_deref()),
        }
    }

    pub(crate) fn from_columns(
        every: Option<i64>,
        cron: Option<String>,
        zone: Option<String>,
    ) -> Option<Self> {
        match (every, cron) {
            (Some(every), _) => Some(Self::Every(Duration::from_millis(
                every.try_into().unwrap_or_default(),
            ))),
            (None, Some(expression)) => Some(Self::Cron { expression, zone }),
            (None, None) => None,
        }
    }
}

fn next_on_grid(planned: Timestamp, interval: i64, now: Timestamp) -> Result<Timestamp> {
    if interval == 0 {
        return Err(Error::invalid(
            "an interval is at least a millisecond: an alarm without one would be an endless loop",
        ));
    }
    let passed = (now.as_millis() - planned.as_millis()).max(0);
    let next = (passed / interval + 1)
        .checked_mul(interval)
        .and_then(|span| planned.as_millis().checked_add(span));
    Ok(next.map_or(Timestamp::MAX, Timestamp::from_millis))
}

/// The recurrence that an `#[alarm]` handler declares.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub enum Declared {
    Every(u64),
    Cron(&'static str, Option<&'static str>),
}

impl Declared {
    pub(crate) fn recurrence(self) -> Recurrence {
        match self {
            Self::Every(millis) => Recurrence::Every(Duration::from_millis(millis)),
            Self::Cron(expression, zone) => Recurrence::Cron {
                expression: expression.to_owned(),
                zone: zone.map(str::to_owned),
            },
        }
    }
}

/// The declaration of an alarm handler, as data.
#[derive(Clone, Copy)]
pub(crate) struct AlarmDef {
    pub(crate) name: &'static str,
    pub(crate) declared: Option<Declared>,
    pub(crate) retry: Retry,
    /// How its turn uses the actor; `None` for an asynchronous one.
    pub(crate) access: Option<Access>,
    /// Whether it takes the context.
    pub(crate) takes_ctx: bool,
    /// How many of them run at once, if that is limited.
    pub(crate) at_most: Option<u32>,
}
