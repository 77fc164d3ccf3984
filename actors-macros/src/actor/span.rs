//! Spans of time in options, `"1h 30m"`.

use std::time::Duration;

use syn::Meta;

use super::mistakes::Mistake;
use crate::common::attributes;
use crate::common::mistakes::Mistakes;

/// The span in milliseconds, as generated code has it.
pub(super) fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// The span of time that an option is set to; it must be longer than zero.
pub(super) fn duration(option: &Meta, mistakes: &mut Mistakes) -> Option<Duration> {
    let text = attributes::text(option, mistakes)?;
    match humantime::parse_duration(&text.value()) {
        Ok(span) if span.as_millis() == 0 => {
            mistakes.add(text, Mistake::AlarmEveryZero);
            None
        }
        Ok(span) => Some(span),
        Err(_) => {
            mistakes.add(text, Mistake::AlarmEvery(&text.value()));
            None
        }
    }
}
