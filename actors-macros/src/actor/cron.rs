//! Cron expressions and time zones, checked at compile time.

use syn::LitStr;

use super::mistakes::Mistake;
use crate::common::mistakes::Mistakes;
#[cfg(feature = "cron")]
use crate::common::words::nearest;

/// Checks that the expression is valid, and matches some date.
#[cfg(not(feature = "cron"))]
pub(super) fn check(expression: &LitStr, mistakes: &mut Mistakes) -> bool {
    mistakes.add(expression, Mistake::CronFeature);
    false
}

/// Checks that there is such a time zone.
#[cfg(not(feature = "cron"))]
pub(super) fn check_zone(_: &LitStr, _: &mut Mistakes) {}

/// The six fields in order, with their possible values.
#[cfg(feature = "cron")]
const FIELDS: [(&str, &str); 6] = [
    ("second", "0 to 59"),
    ("minute", "0 to 59"),
    ("hour", "0 to 23"),
    (
        "day of the month",
        "1 to 31, `L` for the last, or `15W` for the weekday nearest to the 15th",
    ),
    ("month", "1 to 12 or JAN to DEC"),
    (
        "day of the week",
        "0 to 7 or SUN to SAT, `MON#2` for the second Monday, or `FRI#L` for the last Friday",
    ),
];

/// Checks that the expression is valid, and matches some date.
#[cfg(feature = "cron")]
pub(super) fn check(text: &LitStr, mistakes: &mut Mistakes) -> bool {
    let expression = text.value();
    let mistake = match (parse(&expression), wrong_field(&expression)) {
        (Some(cron), _) if matches_a_date(&cron) => return true,
        (Some(_), _) => Mistake::CronNever(&expression),
        (None, Some((field, (name, range)))) => Mistake::CronField { field, name, range },
        (None, None) => Mistake::CronFields(expression.split_whitespace().count()),
    };
    mistakes.add(text, mistake);
    false
}

#[cfg(feature = "cron")]
fn parse(expression: &str) -> Option<croner::Cron> {
    use croner::parser::{CronParser, Seconds, Year};
    let parser = CronParser::builder()
        .seconds(Seconds::Optional)
        .year(Year::Disallowed)
        .build();
    parser.parse(expression).ok()
}

/// The first field that is invalid on its own.
#[cfg(feature = "cron")]
fn wrong_field(expression: &str) -> Option<(&str, (&'static str, &'static str))> {
    let fields: Vec<&str> = expression.split_whitespace().collect();
    let skipped = FIELDS.len().checked_sub(fields.len())?;
    if skipped > 1 {
        return None;
    }
    let alone = |index: usize| {
        let mut others = vec!["*"; fields.len()];
        others[index] = fields[index];
        parse(&others.join(" ")).is_none()
    };
    let wrong = (0..fields.len()).find(|index| alone(*index))?;
    Some((fields[wrong], FIELDS[wrong + skipped]))
}

#[cfg(feature = "cron")]
fn matches_a_date(cron: &croner::Cron) -> bool {
    let start = chrono::DateTime::UNIX_EPOCH.naive_utc();
    cron.find_next_occurrence(&start, false).is_ok()
}

/// Checks that there is such a time zone.
#[cfg(feature = "cron")]
pub(super) fn check_zone(zone: &LitStr, mistakes: &mut Mistakes) {
    let name = zone.value();
    let known: Vec<&str> = chrono_tz::TZ_VARIANTS
        .iter()
        .map(|zone| zone.name())
        .collect();
    if !known.contains(&name.as_str()) {
        let nearest = nearest(&name, &known);
        let zones = Mistake::Zone {
            name: &name,
            nearest,
        };
        mistakes.add(zone, zones);
    }
}
