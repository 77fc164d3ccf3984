//! Slows down alarms that schedule each other, or themselves, to run at once: such a loop
//! costs a billed request and rows each time.

use super::AlarmRun;
use crate::time::{Duration, Timestamp, hours};

/// An alarm due sooner than this runs "at once".
const SOON: Duration = Duration::from_millis(100);
/// How many run before they are slowed down.
const FREE: u32 = 250;
/// How long the next one waits; the wait doubles after each further `STEP`.
const FIRST: Duration = Duration::from_millis(100);
const STEP: u32 = 10;
/// The longest wait.
const LONGEST: Duration = hours(1);
/// From here on, all wait the longest.
const MOST: u32 = FREE + 16 * STEP;

/// The length of the chain if `run` schedules an alarm for `due`. Each `SOON` that passes,
/// apart from the imposed waits, shortens it by one.
pub(super) fn next(run: &AlarmRun, now: Timestamp, due: Timestamp) -> u32 {
    if due.since(now) >= SOON {
        return 0;
    }
    let took = now.since(run.due).saturating_sub(wait(run.chain));
    let forgotten = u32::try_from(took.as_millis() / SOON.as_millis()).unwrap_or(u32::MAX);
    (run.chain + 1).saturating_sub(forgotten).min(MOST)
}

/// How long the last alarm of so long a chain waits.
pub(super) fn wait(chain: u32) -> Duration {
    match chain.checked_sub(FREE) {
        None => Duration::ZERO,
        Some(more) => FIRST
            .saturating_mul(2u32.saturating_pow(more / STEP))
            .min(LONGEST),
    }
}

/// Whether to log: each time the wait doubles, and each time at its longest.
pub(super) fn is_news(chain: u32) -> bool {
    chain.checked_sub(FREE).is_some_and(|more| more % STEP == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alarms::AlarmId;
    use crate::time::seconds;

    fn run(chain: u32) -> AlarmRun {
        let due = Timestamp::from_millis(1_000_000);
        AlarmRun {
            id: AlarmId(1),
            planned: due,
            attempt: 1,
            due,
            chain,
        }
    }

    #[test]
    fn a_loop_comes_to_once_an_hour() {
        let (mut chain, mut passed, mut rings) = (0, Duration::ZERO, 0);
        while passed < hours(1) {
            let run = run(chain);
            chain = next(&run, run.due, run.due);
            passed += wait(chain);
            rings += 1;
        }
        assert!((300..400).contains(&rings), "{rings}");
        for _ in 0..100 {
            chain = next(&run(chain), run(chain).due, run(chain).due);
        }
        assert_eq!((chain, wait(chain)), (MOST, LONGEST));
    }

    #[test]
    fn alarms_that_take_their_time_are_not_slowed_down() {
        let mut chain = 0;
        for _ in 0..10_000 {
            let run = run(chain);
            let now = run.due + Duration::from_millis(100);
            chain = next(&run, now, now);
        }
        assert_eq!(chain, 0);
        let slowed = run(FREE + 50);
        let now = slowed.due + wait(slowed.chain) + seconds(10);
        assert_eq!(next(&slowed, now, now), FREE + 50 + 1 - 100);
        assert_eq!(next(&slowed, now, now + SOON), 0);
    }
}
