//! How failed alarms are retried.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::time::Duration;

/// How often a failing handler is attempted, and how long to wait in between, from
/// `#[alarm(retry(max = 5, base = "2s", cap = "1h"))]`: these are the defaults.
///
/// The wait after the first failure is `base`, and doubles with each further one, up to
/// `cap`. Each alarm waits its own share of that, between half and all of it, so that
/// alarms that failed together are not retried together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// How many attempts there are, including the first.
    pub max: u32,
    /// The wait after the first failure.
    pub base: Duration,
    /// The longest wait.
    pub cap: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Retry {
    /// The policy of handlers that declare none.
    pub const DEFAULT: Self = Self {
        max: 5,
        base: Duration::from_secs(2),
        cap: Duration::from_secs(3_600),
    };

    /// The wait after so many failures; always the same for a given `seed`.
    pub(crate) fn wait(&self, failures: u32, seed: impl Hash) -> Duration {
        let doubled = 2u32.saturating_pow(failures.saturating_sub(1));
        let whole = self.base.saturating_mul(doubled).min(self.cap);
        let mut hasher = DefaultHasher::new();
        (seed, failures).hash(&mut hasher);
        let share = (hasher.finish() >> 48) as u32;
        whole / 2 + (whole / 2 / (1 << 16)) * share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_cap() {
        let retry = Retry {
            cap: Duration::from_secs(20),
            ..Retry::DEFAULT
        };
        for (failures, whole) in [(1, 2), (2, 4), (3, 8), (4, 16), (5, 20), (4_000_000, 20)] {
            let whole = Duration::from_secs(whole);
            for seed in 0..100 {
                let wait = retry.wait(failures, seed);
                assert!(wait >= whole / 2 && wait <= whole, "{failures}: {wait:?}");
            }
        }
    }

    #[test]
    fn alarms_that_fail_together_come_back_apart() {
        let mut waits: Vec<_> = (0..100).map(|id| Retry::DEFAULT.wait(1, id)).collect();
        waits.sort_unstable();
        waits.dedup();
        assert!(waits.len() > 95);
        assert!(waits[99.min(waits.len() - 1)] - waits[0] > Duration::from_millis(900));
    }
}
