//! The replay of a task: which operation gets which outcome, and when.
//!
//! An operation gets the next number when it is first polled, and its outcome only when the task
//! has come to rest: nothing in it is about to run, and one outcome at a time. The journal has the
//! order in which outcomes were handed over. So a replay that hands them over in that order runs
//! the task exactly as before, whatever it runs beside each other.

use std::collections::{BTreeMap, VecDeque};
use std::task::Waker;

use super::Phase;
use crate::error::Error;
use crate::time::Timestamp;

/// What an operation has come to: JSON, or nothing if an event did not come in time.
pub(super) type Outcome = Result<Option<String>, Error>;

/// An operation that is done, as the journal has it.
pub(super) struct Done {
    /// 0 is not an operation: the task was told to end.
    pub(super) number: u32,
    pub(super) at: Timestamp,
    pub(super) outcome: Stored,
}

/// An outcome in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stored {
    Here(Outcome),
    /// It is large, and read when its turn has come.
    InJournal,
}

impl Stored {
    /// How much of it is in memory, in bytes.
    pub(super) fn length(&self) -> usize {
        match self {
            Self::Here(Ok(result)) => result.as_ref().map_or(0, String::len),
            Self::Here(Err(error)) => error.message().len(),
            Self::InJournal => 0,
        }
    }
}

/// What the journal has of an operation, done or not.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    pub(super) name: String,
    /// Whether it has anything at all.
    pub(super) is_noted: bool,
    /// When a sleep ends, an event is given up, or a step is attempted again.
    pub(super) due: Option<Timestamp>,
    /// How often a step has failed.
    pub(super) attempts: u32,
}

/// What an operation waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waits {
    /// The end of the replay, or its outcome.
    Turn,
    /// Something that is lost with the memory: its own code, or a turn of the actor.
    Running,
    /// A time, or a signal: it can wait out of memory.
    Until(Option<Timestamp>),
    /// The next ring of the object's alarm: this one has lasted long enough.
    NextRing,
}

/// An operation of the task that has begun and has no outcome yet.
struct Pending {
    name: String,
    /// What the task is doing while it waits for this out of memory.
    phase: Phase,
    waits: Waits,
    outcome: Option<Outcome>,
    waker: Waker,
}

/// What comes next when a task has come to rest.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Something has been handed over.
    Again,
    /// This outcome, from the journal.
    Read(u32),
    /// An event outside.
    Wait(Option<Timestamp>),
    /// Nothing that memory is needed for, until then.
    Suspend(Option<Timestamp>),
    /// The code is not that of the journal.
    Mismatch(String),
}

/// The operations of a task in memory.
#[derive(Default)]
pub(super) struct Replay {
    known: BTreeMap<u32, Known>,
    /// The outcomes to be handed over, in order.
    done: VecDeque<Done>,
    pending: BTreeMap<u32, Pending>,
    /// The number of the last operation that has begun.
    last: u32,
    /// How many outcomes the journal has.
    pub(super) count: u32,
    /// Whether all that the journal had has been handed over.
    is_live: bool,
    /// Whether all that is under way is polled once more, when nothing is left to be handed over:
    /// it has waited for that.
    is_to_go_on: bool,
    /// Whether the task has not come to rest since something was handed over.
    is_handing_over: bool,
    /// Whether the next operation fails, since the task was told to end while it had none.
    ends_next: Option<Error>,
    /// When what was handed over last was recorded.
    pub(super) now: Timestamp,
}

impl Replay {
    pub(super) fn new(known: BTreeMap<u32, Known>, done: VecDeque<Done>, now: Timestamp) -> Self {
        let count = done.len() as u32;
        Self {
            known,
            done,
            count,
            now,
            ..Self::default()
        }
    }

    /// Whether the code that runs has run before: the journal has an outcome that is still to come,
    /// or an operation that is still to begin.
    pub(super) fn is_replaying(&self) -> bool {
        let is_beyond = || self.known.range(self.last + 1..).next().is_some();
        !self.is_live && (!self.done.is_empty() || is_beyond())
    }

    /// Whether operations begin, since the replay is over.
    pub(super) fn is_live(&self) -> bool {
        self.is_live
    }

    /// Begins an operation, and returns its number and what the journal has of it.
    ///
    /// # Errors
    ///
    /// The code is not that of the journal, or can't be replayed.
    pub(super) fn begin(&mut self, phase: Phase, name: String) -> Result<(u32, Known), String> {
        if self.pending.values().any(|pending| pending.name == name) {
            return Err(format!(
                "`{name}` has begun while another operation of that name is under way: give each \
                 its own name, `(\"{name}\", n)`"
            ));
        }
        let number = self.last + 1;
        let known = self.known.get(&number).cloned();
        if let Some(known) = &known
            && known.name != name
        {
            let expected = &known.name;
            return Err(mismatch(expected, number, &format!("runs `{name}`")));
        }
        self.last = number;
        let outcome = self.ends_next.take().map(Err);
        let pending = Pending {
            name,
            phase,
            waits: Waits::Turn,
            outcome,
            waker: Waker::noop().clone(),
        };
        self.pending.insert(number, pending);
        Ok((number, known.unwrap_or_default()))
    }

    /// Takes the outcome that has been handed to an operation; if there is none, keeps its waker.
    pub(super) fn take(&mut self, number: u32, waker: &Waker) -> Option<Outcome> {
        let pending = self.pending.get_mut(&number)?;
        pending.waker.clone_from(waker);
        pending.outcome.take()
    }

    pub(super) fn set_waits(&mut self, number: u32, waits: Waits) {
        if let Some(pending) = self.pending.get_mut(&number) {
            pending.waits = waits;
        }
    }

    /// Ends an operation, which has its outcome or is not awaited any more.
    pub(super) fn end(&mut self, number: u32) {
        self.pending.remove(&number);
    }

    /// Adds an outcome, which the journal has by now.
    pub(super) fn add(&mut self, done: Done) {
        self.count += 1;
        self.done.push_back(done);
    }

    /// Wakes the operations that wait for something outside: a signal has come.
    pub(super) fn wake_waiting(&self) {
        let waiting = self.pending.values();
        let waiting = waiting.filter(|pending| matches!(pending.waits, Waits::Until(_)));
        waiting.for_each(|pending| pending.waker.wake_by_ref());
    }

    /// Whether the task gets next what an operation takes now. If not, the operation is polled again
    /// later: it may be dropped when the task gets what comes before it.
    pub(super) fn is_next(&mut self) -> bool {
        let is_next = self.done.is_empty() && !self.is_handing_over;
        self.is_to_go_on |= !is_next;
        is_next
    }

    /// What comes next, once the task has come to rest.
    pub(super) fn next(&mut self, now: Timestamp) -> Next {
        self.is_handing_over = false;
        if let Some(done) = self.done.pop_front() {
            return self.hand_over(done);
        }
        if !self.is_live {
            return self.go_live();
        }
        if std::mem::take(&mut self.is_to_go_on) {
            (self.pending.values()).for_each(|pending| pending.waker.wake_by_ref());
            return Next::Again;
        }
        self.wait(now)
    }

    fn hand_over(&mut self, done: Done) -> Next {
        let number = done.number;
        if number > self.last {
            // Nothing of the task's own is under way: it waits for something else.
            if self.pending.is_empty() {
                self.done.push_front(done);
                return Next::Wait(None);
            }
            return self.unasked(number);
        }
        match done.outcome {
            // It was given up before its outcome came.
            _ if number > 0 && !self.pending.contains_key(&number) => {}
            Stored::InJournal => {
                self.done.push_front(done);
                return Next::Read(number);
            }
            Stored::Here(Err(error)) if number == 0 => self.fail_all(&error),
            Stored::Here(outcome) => {
                if let Some(pending) = self.pending.get_mut(&number) {
                    pending.outcome = Some(outcome);
                    pending.waker.wake_by_ref();
                }
            }
        }
        self.now = done.at;
        self.is_handing_over = true;
        Next::Again
    }

    /// Puts an outcome that has been read in its place.
    pub(super) fn read(&mut self, outcome: Outcome) {
        if let Some(first) = self.done.front_mut() {
            first.outcome = Stored::Here(outcome);
        }
    }

    /// Fails all that is under way, since the task is to end; or else what begins next.
    fn fail_all(&mut self, error: &Error) {
        if self.pending.is_empty() {
            self.ends_next = Some(error.clone());
        }
        for pending in self.pending.values_mut() {
            pending.outcome = Some(Err(error.clone()));
            pending.waker.wake_by_ref();
        }
    }

    fn go_live(&mut self) -> Next {
        let beyond = self.known.range(self.last + 1..).next();
        if let Some((&number, _)) = beyond {
            return match self.pending.is_empty() {
                true => Next::Wait(None),
                false => self.unasked(number),
            };
        }
        self.is_live = true;
        self.known.clear();
        // Unless it is told to end first.
        self.is_to_go_on = true;
        Next::Again
    }

    /// The journal has an operation that the code does not begin.
    fn unasked(&self, number: u32) -> Next {
        let waits: Vec<String> = self
            .pending
            .values()
            .map(|it| format!("`{}`", it.name))
            .collect();
        let found = format!("waits for {}", waits.join(" and "));
        Next::Mismatch(mismatch(self.name_of(number), number, &found))
    }

    /// What is wrong with a task that returns although the journal goes on.
    pub(super) fn unfinished(&self) -> Option<String> {
        let next = self
            .done
            .iter()
            .find(|done| done.number > self.last)?
            .number;
        Some(mismatch(self.name_of(next), next, "has returned"))
    }

    fn name_of(&self, number: u32) -> &str {
        self.known.get(&number).map_or("", |known| &known.name)
    }

    fn wait(&mut self, now: Timestamp) -> Next {
        let mut earliest: Option<Timestamp> = None;
        let (mut is_running, mut is_waiting, mut is_due) = (false, false, false);
        let mut is_held = false;
        for pending in self.pending.values_mut() {
            match pending.waits {
                Waits::Turn => {}
                Waits::Running => is_running = true,
                Waits::NextRing => is_held = true,
                Waits::Until(Some(due)) if due <= now => {
                    is_due = true;
                    // It says what it waits for when it is polled, if it ever is.
                    pending.waits = Waits::Turn;
                    pending.waker.wake_by_ref();
                }
                Waits::Until(due) => {
                    is_waiting = true;
                    earliest = earliest.into_iter().chain(due).min();
                }
            }
        }
        match (is_due, is_running, is_held, is_waiting) {
            (true, ..) => Next::Again,
            (_, false, true, _) => Next::Suspend(Some(now)),
            (_, false, _, true) => Next::Suspend(earliest),
            _ => Next::Wait(earliest),
        }
    }

    /// What the task waits for first, out of memory: the number and the name of the operation, and
    /// what the task is doing meanwhile.
    pub(super) fn waits_for(&self) -> Option<(u32, &str, Phase)> {
        let waiting = self.pending.iter().filter_map(|(number, pending)| {
            let (due, phase) = match pending.waits {
                Waits::Until(due) => (due.unwrap_or(Timestamp::MAX), pending.phase),
                Waits::NextRing => (Timestamp::MIN, Phase::Queued),
                Waits::Turn | Waits::Running => return None,
            };
            Some((due, *number, &*pending.name, phase))
        });
        let first = waiting.min_by_key(|(due, number, ..)| (*due, *number));
        first.map(|(_, number, name, phase)| (number, name, phase))
    }
}

fn mismatch(expected: &str, number: u32, found: &str) -> String {
    format!(
        "expected `{expected}` as step {number}, the code now {found}: it is not the code that \
         this task began with"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000);

    fn known(name: &str) -> Known {
        Known {
            name: name.to_owned(),
            is_noted: true,
            ..Known::default()
        }
    }

    fn done(number: u32, result: &str) -> Done {
        Done {
            number,
            at: Timestamp::from_millis(number.into()),
            outcome: Stored::Here(Ok(Some(result.to_owned()))),
        }
    }

    /// A replay of operations that have these names, and were done in this order.
    fn replay(names: &[&str], order: &[u32]) -> Replay {
        let names = names.iter().map(|name| known(name));
        let known = (1..).zip(names).collect();
        let order = order
            .iter()
            .map(|number| done(*number, &number.to_string()));
        Replay::new(known, order.collect(), Timestamp::default())
    }

    fn begin(replay: &mut Replay, name: &str) -> u32 {
        let begun = replay.begin(Phase::Queued, name.to_owned());
        begun.expect("it is that of the journal").0
    }

    fn take(replay: &mut Replay, number: u32) -> Option<String> {
        let taken = replay.take(number, Waker::noop())?;
        replay.end(number);
        taken.expect("it has succeeded")
    }

    #[test]
    fn outcomes_come_one_by_one_in_the_order_of_the_journal() {
        let mut replay = replay(&["a", "b", "c"], &[2, 3, 1]);
        let (a, b) = (begin(&mut replay, "a"), begin(&mut replay, "b"));
        assert!(take(&mut replay, b).is_none(), "not before the task rests");
        assert_eq!(replay.next(NOW), Next::Again);
        assert_eq!(take(&mut replay, b).as_deref(), Some("2"));
        assert!(take(&mut replay, a).is_none());
        let c = begin(&mut replay, "c");
        assert_eq!(replay.next(NOW), Next::Again);
        assert!(take(&mut replay, a).is_none());
        assert_eq!(take(&mut replay, c).as_deref(), Some("3"));
        assert!(replay.is_replaying());
        assert_eq!(replay.next(NOW), Next::Again);
        assert_eq!(take(&mut replay, a).as_deref(), Some("1"));
        assert_eq!(replay.now, Timestamp::from_millis(1));
        assert!(!replay.is_replaying() && !replay.is_live());
        assert_eq!(replay.next(NOW), Next::Again);
        assert!(replay.is_live());
    }

    #[test]
    fn nothing_begins_before_the_replay_is_over() {
        let mut replay = replay(&["a", "b"], &[2]);
        begin(&mut replay, "a");
        let b = begin(&mut replay, "b");
        assert_eq!(replay.next(NOW), Next::Again);
        assert!(!replay.is_live());
        take(&mut replay, b);
        assert_eq!(replay.next(NOW), Next::Again);
        assert!(replay.is_live(), "`a` goes on");
    }

    #[test]
    fn another_name_or_another_order_is_a_mismatch() {
        let mut wrong = replay(&["a"], &[1]);
        let error = wrong
            .begin(Phase::Queued, "b".to_owned())
            .expect_err("another");
        assert!(
            error.starts_with("expected `a` as step 1, the code now runs `b`"),
            "{error}"
        );

        let mut less = replay(&["a", "b"], &[2]);
        begin(&mut less, "a");
        let Next::Mismatch(error) = less.next(NOW) else {
            panic!("`b` is not asked for");
        };
        assert!(
            error.starts_with("expected `b` as step 2, the code now waits for `a`"),
            "{error}"
        );

        let mut ended = replay(&["a", "b"], &[1, 2]);
        begin(&mut ended, "a");
        assert_eq!(ended.next(NOW), Next::Again);
        let error = ended.unfinished().expect("`b` is left");
        assert!(
            error.starts_with("expected `b` as step 2, the code now has returned"),
            "{error}"
        );
    }

    #[test]
    fn what_had_begun_must_begin_again() {
        let mut replay = replay(&["a", "sleep"], &[]);
        assert!(replay.is_replaying(), "what comes before it has run");
        begin(&mut replay, "a");
        assert!(matches!(replay.next(NOW), Next::Mismatch(_)));
    }

    #[test]
    fn an_operation_that_was_given_up_is_passed_over() {
        let mut replay = replay(&["a", "b"], &[1, 2]);
        let (a, b) = (begin(&mut replay, "a"), begin(&mut replay, "b"));
        assert_eq!(replay.next(NOW), Next::Again);
        take(&mut replay, a);
        replay.end(b);
        assert_eq!(replay.next(NOW), Next::Again);
        assert_eq!(replay.next(NOW), Next::Again);
        assert!(replay.is_live());
    }

    #[test]
    fn something_else_is_waited_for_while_nothing_is_under_way() {
        let mut replay = replay(&["a"], &[1]);
        assert_eq!(replay.next(NOW), Next::Wait(None));
        let a = begin(&mut replay, "a");
        assert_eq!(replay.next(NOW), Next::Again);
        assert!(take(&mut replay, a).is_some());
    }

    #[test]
    fn two_of_a_name_beside_each_other_are_refused() {
        let mut replay = replay(&[], &[]);
        let first = begin(&mut replay, "a");
        assert!(replay.begin(Phase::Queued, "a".to_owned()).is_err());
        replay.end(first);
        assert_eq!(begin(&mut replay, "a"), 2);
    }

    #[test]
    fn what_is_taken_is_what_comes_next() {
        let mut replay = replay(&[], &[]);
        let (a, b) = (begin(&mut replay, "a"), begin(&mut replay, "b"));
        assert_eq!(
            (replay.next(NOW), replay.next(NOW)),
            (Next::Again, Next::Again)
        );
        assert!(replay.is_next());
        replay.add(done(a, "a"));
        assert!(!replay.is_next(), "`a` comes first");
        assert_eq!(replay.next(NOW), Next::Again);
        assert!(!replay.is_next(), "the task may give up `b` as it gets `a`");
        assert!(take(&mut replay, a).is_some());
        replay.set_waits(b, Waits::Until(None));
        assert_eq!(replay.next(NOW), Next::Again, "`b` is polled again");
        assert!(replay.is_next());
        assert_eq!(replay.next(NOW), Next::Suspend(None));
    }

    #[test]
    fn it_leaves_memory_only_if_nothing_needs_it() {
        let mut replay = replay(&[], &[]);
        let (sleep, step) = (begin(&mut replay, "sleep"), begin(&mut replay, "step"));
        assert_eq!(
            (replay.next(NOW), replay.next(NOW)),
            (Next::Again, Next::Again)
        );
        let later = NOW + crate::time::seconds(1);
        replay.set_waits(sleep, Waits::Until(Some(later)));
        replay.set_waits(step, Waits::Running);
        assert_eq!(replay.next(NOW), Next::Wait(Some(later)));
        replay.end(step);
        assert_eq!(replay.next(NOW), Next::Suspend(Some(later)));
        let event = begin(&mut replay, "event");
        replay.set_waits(event, Waits::Until(None));
        assert_eq!(replay.next(NOW), Next::Suspend(Some(later)));
        assert_eq!(replay.waits_for().map(|(_, name, _)| name), Some("sleep"));
        replay.end(sleep);
        assert_eq!(replay.next(NOW), Next::Suspend(None));
        replay.set_waits(event, Waits::NextRing);
        assert_eq!(replay.next(NOW), Next::Suspend(Some(NOW)));
    }

    #[test]
    fn all_that_is_under_way_fails_when_the_task_is_told_to_end() {
        let told = || Done {
            number: 0,
            at: NOW,
            outcome: Stored::Here(Err(Error::internal("end"))),
        };
        let mut waiting = replay(&[], &[]);
        let (a, b) = (begin(&mut waiting, "a"), begin(&mut waiting, "b"));
        waiting.add(told());
        assert_eq!(waiting.next(NOW), Next::Again);
        for number in [a, b] {
            assert!(matches!(waiting.take(number, Waker::noop()), Some(Err(_))));
            waiting.end(number);
        }
        let c = begin(&mut waiting, "c");
        assert!(waiting.take(c, Waker::noop()).is_none(), "only once");

        let mut idle = replay(&[], &[]);
        idle.add(told());
        assert_eq!(idle.next(NOW), Next::Again);
        let next = begin(&mut idle, "a");
        assert!(matches!(idle.take(next, Waker::noop()), Some(Err(_))));
    }
}
