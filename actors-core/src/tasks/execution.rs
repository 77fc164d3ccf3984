//! A task in memory: its code is polled here, until it has ended or only waits for what can come
//! while it is not in memory.

use std::cell::{Cell, RefCell};
use std::future::{Future, pending, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use super::journal::{self, Record};
use super::replay::{Done, Known, Next, Outcome, Replay, Stored};
use super::{Phase, TaskDef};
use crate::alarms::Due;
use crate::error::{Error, ErrorKind, Result};
use crate::instance::Instance;
use crate::instance::later::lacks_table;
use crate::instance::live::Told;
use crate::object::Object;
use crate::time::{Duration, Timestamp, hours, human};
use crate::turn::BoxFuture;

/// How long a task may clean up after it was told to end.
const CLEAN_UP: Duration = hours(1);
/// How often a task is polled before others get their turn.
const POLLS: u32 = 64;

/// A task in memory.
pub(crate) struct Execution {
    pub(crate) object: Object,
    pub(crate) def: &'static TaskDef,
    pub(crate) id: i64,
    pub(crate) version: u32,
    started: Timestamp,
    pub(super) replay: RefCell<Replay>,
    /// How much the outcomes in the journal take.
    pub(super) bytes: Cell<usize>,
    woken: Arc<Woken>,
    /// Whether a signal has come, or the task may have been cancelled.
    is_told: Cell<bool>,
    /// Counts the times that it was told so.
    pub(super) told: Cell<u32>,
    ending: Cell<Option<Ending>>,
    pub(super) stop: RefCell<Option<Stop>>,
    /// The operation whose own code is being polled.
    pub(super) inside: Cell<Option<u32>>,
}

/// Why a task was told to end, and when.
#[derive(Clone, Copy)]
struct Ending {
    is_cancelled: bool,
    at: Timestamp,
}

/// Why a task can't go on in memory.
pub(super) enum Stop {
    /// The code does not fit to what is stored.
    Misfit(Error),
    /// The storage has failed.
    Broken(Error),
    /// It has failed for good.
    Failed(Error),
    /// It has taken too long to clean up.
    Late,
    /// It is not there any more.
    Gone,
}

/// How a task leaves memory.
enum End {
    Returned(Result<String>),
    Suspended(Option<Timestamp>),
    Stopped(Stop),
}

/// Whether something of the task is to be polled; whoever polls it is woken as well.
struct Woken {
    is_woken: AtomicBool,
    by: Mutex<Waker>,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.is_woken.store(true, Ordering::Relaxed);
        self.forward();
    }
}

impl Woken {
    fn forward(&self) {
        if let Ok(by) = self.by.lock() {
            by.wake_by_ref();
        }
    }
}

impl Told for Execution {
    fn tell(&self) {
        self.is_told.set(true);
        self.told.update(|told| told + 1);
        self.woken.forward();
    }
}

/// A task that is in memory, until this is dropped.
struct Living<'a>(&'a Execution);

impl Drop for Living<'_> {
    fn drop(&mut self) {
        self.0.instance().live.end(self.0.id);
    }
}

impl Execution {
    /// Reads the task of that alarm, with its input; none if it has ended or is gone.
    pub(crate) fn open(
        object: Object,
        due: &Due,
        def: &'static TaskDef,
    ) -> Result<Option<(Rc<Self>, String)>> {
        let id = due.id;
        let Some(loaded) = journal::load(object.instance(), id)? else {
            due.complete(object.instance())?;
            return Ok(None);
        };
        let ending = loaded.ending.map(|(name, at)| Ending {
            is_cancelled: name == CANCELLED,
            at,
        });
        let execution = Self {
            def,
            id,
            version: loaded.version,
            started: loaded.started,
            replay: RefCell::new(loaded.replay),
            bytes: Cell::new(loaded.bytes),
            woken: Arc::new(Woken {
                is_woken: AtomicBool::new(true),
                by: Mutex::new(Waker::noop().clone()),
            }),
            is_told: Cell::new(loaded.is_cancelled),
            told: Cell::new(0),
            ending: Cell::new(ending),
            stop: RefCell::default(),
            inside: Cell::new(None),
            object,
        };
        Ok(Some((Rc::new(execution), loaded.input)))
    }

    pub(crate) fn instance(&self) -> &Rc<Instance> {
        self.object.instance()
    }

    /// The time of what the task has got last.
    pub(crate) fn now(&self) -> Timestamp {
        self.replay.borrow().now
    }

    pub(crate) fn is_replaying(&self) -> bool {
        self.replay.borrow().is_replaying()
    }

    /// Whether the code of an operation is being polled.
    pub(crate) fn is_inside(&self) -> bool {
        self.inside.get().is_some()
    }

    /// The task's arguments, if they are what its code takes.
    pub(crate) fn input<P>(&self, due: &Due, read: Result<P, String>) -> Result<P> {
        read.map_err(|error| {
            due.misfit.set(true);
            Error::schema(format!(
                "the task `{}` was started with arguments that its code does not take: {error}",
                self.def.name
            ))
        })
    }

    /// Ends the task in memory: what the journal has of the operation is of another type than
    /// the code expects.
    pub(crate) async fn misfits<T>(&self, name: &str, error: &str) -> T {
        let error = Error::schema(format!(
            "the journal of the task `{}` has something else of `{name}` than its code expects: \
             {error}",
            self.def.name
        ));
        self.stop(Stop::Misfit(error)).await
    }

    /// Runs the task as far as it goes in memory, and records what has become of it.
    pub(crate) async fn run(
        self: &Rc<Self>,
        due: &Due,
        task: Pin<&mut dyn Future<Output = Result<String>>>,
    ) -> Result<()> {
        self.instance().live.begin(self.id, self.clone());
        let living = Living(self);
        let end = self.drive(due, task).await;
        let result = self.finish(due, end);
        drop(living);
        result
    }

    async fn drive(
        &self,
        due: &Due,
        mut task: Pin<&mut dyn Future<Output = Result<String>>>,
    ) -> End {
        let waker = Waker::from(self.woken.clone());
        let mut timer: Option<(Timestamp, BoxFuture<'_, ()>)> = None;
        let mut is_marked = false;
        poll_fn(|cx| {
            if let Ok(mut by) = self.woken.by.lock() {
                by.clone_from(cx.waker());
            }
            let polled = self.poll(due, task.as_mut(), &waker, &mut timer, cx);
            if polled.is_pending() && !std::mem::replace(&mut is_marked, true) {
                // As for any alarm that waits.
                if let Err(error) = due.mark_waiting(self.instance()) {
                    return Poll::Ready(End::Stopped(Stop::Broken(error)));
                }
            }
            polled
        })
        .await
    }

    fn poll<'a>(
        &'a self,
        due: &Due,
        mut task: Pin<&mut dyn Future<Output = Result<String>>>,
        waker: &Waker,
        timer: &mut Option<(Timestamp, BoxFuture<'a, ()>)>,
        cx: &mut Context<'_>,
    ) -> Poll<End> {
        for _ in 0..POLLS {
            if self.woken.is_woken.swap(false, Ordering::Relaxed) {
                let _running = self.instance().begin_alarm(due.as_run());
                let polled = task.as_mut().poll(&mut Context::from_waker(waker));
                if let Some(stop) = self.stop.take() {
                    return Poll::Ready(End::Stopped(stop));
                }
                if let Poll::Ready(result) = polled {
                    return Poll::Ready(End::Returned(result));
                }
                continue;
            }
            match self.next() {
                Err(stop) => return Poll::Ready(End::Stopped(stop)),
                Ok(Next::Suspend(until)) => return Poll::Ready(End::Suspended(until)),
                Ok(Next::Wait(until)) => {
                    if !self.is_time(until, timer, cx) {
                        return Poll::Pending;
                    }
                }
                Ok(_) => {}
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// What comes next: the task has come to rest.
    fn next(&self) -> Result<Next, Stop> {
        let is_live = self.replay.borrow().is_live();
        if is_live && let Some(next) = self.check_ending()? {
            return Ok(next);
        }
        if is_live && self.is_told.take() {
            self.replay.borrow().wake_waiting();
            return Ok(Next::Again);
        }
        let next = self.replay.borrow_mut().next(self.instance().now());
        match next {
            Next::Mismatch(message) => Err(Stop::Misfit(Error::schema(message))),
            Next::Read(number) => {
                let outcome = journal::read(self.instance(), self.id, number);
                self.replay
                    .borrow_mut()
                    .read(outcome.map_err(Stop::Broken)?);
                Ok(Next::Again)
            }
            Next::Wait(until) => Ok(Next::Wait(self.with_deadline(until))),
            Next::Suspend(until) => Ok(Next::Suspend(self.with_deadline(until))),
            Next::Again => Ok(Next::Again),
        }
    }

    /// When the task is told to end, or ended, if nothing else happens.
    fn deadline(&self) -> Option<Timestamp> {
        match self.ending.get() {
            Some(ending) => Some(ending.at + CLEAN_UP),
            None => Some(self.started + self.def.timeout?),
        }
    }

    fn with_deadline(&self, until: Option<Timestamp>) -> Option<Timestamp> {
        until.into_iter().chain(self.deadline()).min()
    }

    /// Tells the task to end if it was cancelled, or has taken too long.
    fn check_ending(&self) -> Result<Option<Next>, Stop> {
        let is_late = self
            .deadline()
            .is_some_and(|deadline| deadline <= self.instance().now());
        match self.ending.get() {
            Some(_) if is_late => Err(Stop::Late),
            Some(_) => Ok(None),
            None if self.is_told.get() && self.was_cancelled()? => self.tell_to_end(true),
            None if is_late => self.tell_to_end(false),
            None => Ok(None),
        }
    }

    fn was_cancelled(&self) -> Result<bool, Stop> {
        let select = "SELECT cancelled FROM _actors_tasks WHERE id = ? AND state < 6";
        let found: Result<Option<bool>> = self.instance().own().optional(select, (self.id,));
        match found {
            Ok(found) => found.ok_or(Stop::Gone),
            Err(error) if lacks_table(&error) => Err(Stop::Gone),
            Err(error) => Err(Stop::Broken(error)),
        }
    }

    fn tell_to_end(&self, is_cancelled: bool) -> Result<Option<Next>, Stop> {
        let name = if is_cancelled { CANCELLED } else { "timeout" };
        let outcome = Err(self.ended(is_cancelled));
        let done = self.write(0, name, &Known::default(), outcome)?;
        let at = done.at;
        self.ending.set(Some(Ending { is_cancelled, at }));
        self.hand_over(done);
        Ok(Some(Next::Again))
    }

    /// The error of a task that was told to end.
    fn ended(&self, is_cancelled: bool) -> Error {
        let name = self.def.name;
        let message = match (is_cancelled, self.def.timeout) {
            (false, Some(timeout)) => {
                format!(
                    "the task `{name}` has reached its limit of {}",
                    human(timeout)
                )
            }
            _ => format!("the task `{name}` was cancelled"),
        };
        Error::new(ErrorKind::Cancelled, message)
    }

    /// Whether that time has come; if not, the task is woken when it has.
    fn is_time<'a>(
        &'a self,
        until: Option<Timestamp>,
        timer: &mut Option<(Timestamp, BoxFuture<'a, ()>)>,
        cx: &mut Context<'_>,
    ) -> bool {
        let Some(until) = until else {
            return false;
        };
        let (instance, now) = (self.instance(), self.instance().now());
        let timer = match timer {
            Some(timer) if timer.0 == until => timer,
            timer => timer.insert((until, instance.platform().sleep(until.since(now)))),
        };
        let is_over = timer.1.as_mut().poll(cx).is_ready();
        if is_over {
            timer.1 = instance.platform().sleep(until.since(instance.now()));
        }
        is_over
    }

    /// Records how the task has left memory.
    fn finish(&self, due: &Due, end: End) -> Result<()> {
        match end {
            End::Suspended(until) => self.suspend(due, until),
            End::Returned(result) => match self.replay.borrow().unfinished() {
                Some(message) => set_aside(due, Error::schema(message)),
                None => self.end(due, result),
            },
            End::Stopped(Stop::Misfit(error)) => set_aside(due, error),
            End::Stopped(Stop::Broken(error)) => Err(error),
            End::Stopped(Stop::Failed(error)) => self.end(due, Err(error)),
            End::Stopped(Stop::Late) => self.end(due, Err(Error::internal("late"))),
            End::Stopped(Stop::Gone) => due.complete(self.instance()),
        }
    }

    fn suspend(&self, due: &Due, until: Option<Timestamp>) -> Result<()> {
        let replay = self.replay.borrow();
        let (number, name, phase) = replay.waits_for().unwrap_or((0, "", Phase::Queued));
        let instance = self.instance();
        instance.transaction(|| {
            super::end::suspend(instance, self.id, phase, until, (number, name))?;
            due.move_to(instance, until)
        })
    }

    fn end(&self, due: &Due, result: Result<String>) -> Result<()> {
        let outcome = match self.ending.get() {
            None => result.map(Some),
            Some(ending) if ending.is_cancelled => Ok(None),
            Some(_) => Err(self.ended(false)),
        };
        let instance = self.instance();
        instance.transaction(|| {
            super::end::end(instance, self.id, self.def, &outcome)?;
            due.complete(instance)
        })
    }
}

/// Has the task set aside, or wait for the newer code.
fn set_aside(due: &Due, error: Error) -> Result<()> {
    due.misfit.set(true);
    Err(error)
}

/// The name of the journal's entry for that a task was cancelled.
const CANCELLED: &str = "cancelled";

impl Execution {
    /// Ends the task in memory: what it awaits never comes.
    pub(super) async fn stop<T>(&self, stop: Stop) -> T {
        self.stop.borrow_mut().get_or_insert(stop);
        pending().await
    }

    /// Stores what has become of an operation, and returns it to be handed over.
    pub(super) fn write(
        &self,
        number: u32,
        name: &str,
        known: &Known,
        outcome: Outcome,
    ) -> Result<Done, Stop> {
        // As a replay has it, so that both run the task alike.
        let outcome = outcome.map_err(|error| journal::kept(&error));
        let at = self.instance().now();
        let record = Record {
            task: self.id,
            number,
            name,
            done: Some((self.replay.borrow().count + 1, at)),
            due: known.due,
            attempts: known.attempts,
            outcome: outcome.as_ref().map(Option::as_deref),
        };
        self.record(&record)?;
        let outcome = Stored::Here(outcome);
        Ok(Done {
            number,
            at,
            outcome,
        })
    }

    pub(super) fn record(&self, record: &Record<'_>) -> Result<(), Stop> {
        match journal::record(self.instance(), record) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Stop::Gone),
            Err(error) => Err(Stop::Broken(error)),
        }
    }

    /// Has an operation that is stored get its outcome, when its turn has come.
    pub(super) fn hand_over(&self, done: Done) {
        self.bytes.update(|bytes| bytes + done.outcome.length());
        self.replay.borrow_mut().add(done);
    }
}
