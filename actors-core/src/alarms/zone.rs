//! Offsets of time zones, from the runtime's database, which is not part of the Worker.

use crate::time::Timestamp;

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen(module = "/src/backend/worker/glue.js")]
extern "C" {
    #[wasm_bindgen(js_name = utcOffset)]
    fn offset_in(zone: &str, millis: f64) -> Option<f64>;
}

/// How many seconds a time zone is ahead of UTC at that moment; `None` if there is no such
/// zone.
#[cfg(target_arch = "wasm32")]
pub(super) fn utc_offset(zone: &str, at: Timestamp) -> Option<i64> {
    offset_in(zone, at.as_millis() as f64).map(|seconds| seconds as i64)
}

#[cfg(all(not(target_arch = "wasm32"), feature = "testing"))]
pub(super) fn utc_offset(zone: &str, at: Timestamp) -> Option<i64> {
    use chrono::{DateTime, Offset, TimeZone};
    // Ignores case, as workerd does.
    let zone = chrono_tz::TZ_VARIANTS
        .iter()
        .find(|known| known.name().eq_ignore_ascii_case(zone))?;
    let at = DateTime::from_timestamp_millis(at.as_millis())?;
    let offset = zone.offset_from_utc_datetime(&at.naive_utc());
    Some(offset.fix().local_minus_utc().into())
}

/// Never called: without a platform no alarm is scheduled.
#[cfg(all(not(target_arch = "wasm32"), not(feature = "testing")))]
pub(super) fn utc_offset(_: &str, _: Timestamp) -> Option<i64> {
    None
}
