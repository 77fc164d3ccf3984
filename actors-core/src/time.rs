//! Moments and spans of time.

use std::future::{Future, poll_fn};
use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::pin::pin;
use std::task::Poll;
pub use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::wire;

/// A moment, in whole milliseconds since 1970-01-01T00:00:00Z.
///
/// The resolution and the range (± 8.64e15 ms, about 270,000 years either way)
/// are those of JavaScript's `Date`, which is what a `Timestamp` is in an RPC
/// argument or result. In a table it is an `INTEGER` column, in JSON a number.
/// Arithmetic stops at the ends of the range.
///
/// ```
/// use actors_core::{Timestamp, minutes};
///
/// let start = Timestamp::from_millis(1_000);
/// let end = start + minutes(2);
/// assert_eq!(end.as_millis(), 121_000);
/// assert_eq!(end - start, minutes(2));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The earliest moment there is.
    pub const MIN: Self = Self(-8_640_000_000_000_000);
    /// The latest moment there is.
    pub const MAX: Self = Self(8_640_000_000_000_000);

    /// The moment that many milliseconds after 1970-01-01T00:00:00Z, or the
    /// nearest end of the range.
    pub const fn from_millis(millis: i64) -> Self {
        if millis < Self::MIN.0 {
            Self::MIN
        } else if millis > Self::MAX.0 {
            Self::MAX
        } else {
            Self(millis)
        }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z, negative before that.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// The time that has passed since `earlier`; zero if that is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

/// A `Duration` in milliseconds, cut off at the largest that `i64` holds.
pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// A `Duration` for an error.
pub(crate) fn human(span: Duration) -> String {
    match span.as_secs() {
        // Less than a thousand; a u128 would bring its own code for writing it.
        0 => format!("{} ms", span.subsec_millis()),
        seconds => format!("{seconds} s"),
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;
    fn add(self, span: Duration) -> Self {
        Self::from_millis(self.0.saturating_add(millis(span)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;
    fn sub(self, span: Duration) -> Self {
        Self::from_millis(self.0.saturating_sub(millis(span)))
    }
}

impl Sub for Timestamp {
    type Output = Duration;
    fn sub(self, earlier: Self) -> Duration {
        self.since(earlier)
    }
}

impl AddAssign<Duration> for Timestamp {
    fn add_assign(&mut self, span: Duration) {
        *self = *self + span;
    }
}

impl SubAssign<Duration> for Timestamp {
    fn sub_assign(&mut self, span: Duration) {
        *self = *self - span;
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        wire::serialize_date(self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::deserialize_date(deserializer).map(Self::from_millis)
    }
}

/// That many seconds.
pub const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// That many minutes.
pub const fn minutes(count: u64) -> Duration {
    Duration::from_secs(count.saturating_mul(60))
}

/// That many hours.
pub const fn hours(count: u64) -> Duration {
    Duration::from_secs(count.saturating_mul(3_600))
}

/// That many days of 24 hours.
pub const fn days(count: u64) -> Duration {
    Duration::from_secs(count.saturating_mul(86_400))
}

/// The outcome of `work`; none if `over` comes first.
pub(crate) async fn in_time<T>(
    work: impl Future<Output = T>,
    over: impl Future<Output = ()>,
) -> Option<T> {
    let (mut work, mut over) = (pin!(work), pin!(over));
    poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
        Poll::Pending => over.as_mut().poll(cx).map(|()| None),
    })
    .await
}
