//! Cron expressions, by the clocks of a time zone.
//!
//! The library searches in wall-clock time. All it needs of a time zone is its offset from
//! UTC at a moment, which the platform knows. So the time zone database is the runtime's,
//! and not part of the Worker.

use std::cmp::Ordering;
use std::rc::Rc;

use croner::errors::CronError;
use croner::parser::{CronParser, Seconds, Year};
use croner::time::{day_of_year, days_in_month, days_in_year};
use croner::{CivilDate, CivilDateTime, CivilTime, Cron, CronDateTime, Resolution, Weekday};

use super::zone::utc_offset;
use crate::error::{Error, Result};
use crate::time::Timestamp;

const DAY: i64 = 86_400;

/// The first time after `after` that matches the expression.
pub(super) fn next(expression: &str, zone: Option<&str>, after: Timestamp) -> Result<Timestamp> {
    let cron = parse(expression)?;
    let start = Moment {
        seconds: after.as_millis().div_euclid(1_000),
        zone: Zone::new(zone)?,
    };
    match cron.find_next_occurrence(&start, false) {
        Ok(next) => Ok(Timestamp::from_millis(next.seconds * 1_000)),
        Err(_) => Err(Error::invalid(format!(
            "`{expression}` never matches a date"
        ))),
    }
}

fn parse(expression: &str) -> Result<Cron> {
    let parser = CronParser::builder()
        .seconds(Seconds::Optional)
        .year(Year::Disallowed)
        .build();
    parser.parse(expression).map_err(|error| {
        Error::invalid(format!("`{expression}` is not a cron expression: {error}"))
    })
}

/// A time zone; UTC without a name.
#[derive(Clone)]
struct Zone(Option<Rc<str>>);

impl Zone {
    fn new(name: Option<&str>) -> Result<Self> {
        let zone = Self(name.map(Into::into));
        if zone.offset(0).is_none() {
            return Err(Error::invalid(format!(
                "`{}` is not a time zone: write a name of the IANA database, such as \
                 `Europe/Berlin`",
                name.unwrap_or_default()
            )));
        }
        Ok(zone)
    }

    /// How many seconds the zone is ahead of UTC at that moment.
    fn offset(&self, seconds: i64) -> Option<i64> {
        match &self.0 {
            None => Some(0),
            Some(name) => utc_offset(name, Timestamp::from_millis(seconds * 1_000)),
        }
    }

    /// The moment at which the local time is `local` and the offset is `offset`, if there is one.
    fn moment(&self, local: i64, offset: i64) -> Option<Moment> {
        let seconds = local - offset;
        (self.offset(seconds) == Some(offset)).then(|| Moment {
            seconds,
            zone: self.clone(),
        })
    }
}

/// A second, in a time zone.
#[derive(Clone)]
struct Moment {
    /// Since 1970, in UTC.
    seconds: i64,
    zone: Zone,
}

impl Moment {
    /// The local time, as if it were UTC.
    fn local(&self) -> i64 {
        self.seconds + self.zone.offset(self.seconds).unwrap_or_default()
    }
}

impl CronDateTime for Moment {
    fn to_civil(&self) -> CivilDateTime {
        let local = self.local();
        let second = local.rem_euclid(DAY) as u32;
        CivilDateTime::new(
            date(local.div_euclid(DAY)),
            CivilTime::from_parts_unchecked(second / 3_600, second / 60 % 60, second % 60),
        )
    }

    fn civil_weekday(&self) -> Weekday {
        // 1970 began on a Thursday.
        let day = self.local().div_euclid(DAY) + 4;
        Weekday::from_days_from_sunday(day.rem_euclid(7) as u32)
    }

    fn resolve_civil(&self, civil: CivilDateTime) -> Result<Resolution<Self>, CronError> {
        let days = days_before(civil.year())
            + i64::from(day_of_year(civil.year(), civil.month(), civil.day()))
            - 1;
        let time = civil.hour() * 3_600 + civil.minute() * 60 + civil.second();
        let local = days * DAY + i64::from(time);
        // No zone changes its clocks twice in two days.
        let offset = |seconds| self.zone.offset(seconds).ok_or(CronError::InvalidTime);
        let (before, after) = (offset(local - DAY)?, offset(local + DAY)?);
        let earlier = self.zone.moment(local, before);
        let later = self.zone.moment(local, after).filter(|_| before != after);
        Ok(match (earlier, later) {
            (Some(one), Some(other)) => Resolution::Ambiguous(one, other),
            (Some(one), None) | (None, Some(one)) => Resolution::Single(one),
            (None, None) => Resolution::Gap,
        })
    }

    fn checked_add_seconds(&self, seconds: i64) -> Option<Self> {
        Some(Self {
            seconds: self.seconds.checked_add(seconds)?,
            zone: self.zone.clone(),
        })
    }

    fn cmp_instant(&self, other: &Self) -> Ordering {
        self.seconds.cmp(&other.seconds)
    }
}

/// The days from 1970 to the beginning of a year.
fn days_before(year: i32) -> i64 {
    let past = i64::from(year) - 1;
    365 * (past - 1969) + past.div_euclid(4) - past.div_euclid(100) + past.div_euclid(400) - 477
}

/// The date so many days after 1970-01-01.
fn date(days: i64) -> CivilDate {
    let mut year = (1970 + (days * 400).div_euclid(146_097)) as i32;
    while days < days_before(year) {
        year -= 1;
    }
    while days >= days_before(year) + i64::from(days_in_year(year)) {
        year += 1;
    }
    let (mut month, mut day) = (1, (days - days_before(year)) as u32 + 1);
    while day > days_in_month(year, month) {
        day -= days_in_month(year, month);
        month += 1;
    }
    CivilDate::from_parts_unchecked(year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_the_same_thing() {
        assert_eq!(date(0), CivilDate::from_ymd(1970, 1, 1).unwrap());
        assert_eq!(date(11_016), CivilDate::from_ymd(2000, 2, 29).unwrap());
        assert_eq!(date(-1), CivilDate::from_ymd(1969, 12, 31).unwrap());
        let mut before = date(-200_000);
        for days in -199_999..1_200_000 {
            let date = date(days);
            assert!(date > before);
            assert_eq!(
                days_before(date.year()) + i64::from(date.day_of_year()) - 1,
                days
            );
            before = date;
        }
    }
}
