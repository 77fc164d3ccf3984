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

    /// Whether outcomes of the journal are still to come.
    pub(super) fn is_replaying(&self) -> bool {
        !self.is_live && !self.done.is_empty()
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

    /// What comes next, once the task has come to rest.
    pub(super) fn next(&mut self, now: Timestamp) -> Next {
        if let Some(done) = self.done.pop_front() {
            return self.hand_over(done);
        }
        if !self.is_live {
            return self.go_live();
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
        for pending in self.pending.values() {
            pending.waker.wake_by_ref();
        }
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
