//! The alarm whose handler is at work.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;

use super::AlarmId;
use crate::instance::Instance;
use crate::time::Timestamp;

/// The run of an alarm that a handler is in, from [`Ctx::alarm`](crate::Ctx::alarm).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct AlarmRun {
    /// Which alarm.
    pub id: AlarmId,
    /// When it was meant to run.
    pub planned: Timestamp,
    /// Which try this is, counted from 1. Those that failed are counted; of those that
    /// the end of the process cut short, only the ones where no other was at work.
    pub attempt: u32,
    /// When it was to run, a slowed one later than it was meant to.
    pub(super) due: Timestamp,
    /// How many alarms have scheduled each other for at once until here.
    pub(super) chain: u32,
}

impl AlarmRun {
    /// A key for what must be done once however often this run is tried: the same at
    /// each try, and another at the next time of an alarm that recurs. It is unique
    /// among the actor's alarms; for services that several actors call, put
    /// [`Ctx::id`](crate::Ctx::id) before it.
    pub fn key(&self) -> String {
        format!("{}-{}", self.id.0, self.planned.as_millis())
    }
}

thread_local! {
    /// The object and the alarm at work, for who finds out that it has panicked.
    static AT_WORK: RefCell<Option<Lost>> = const { RefCell::new(None) };
}

/// An alarm that was at work when its handler panicked.
#[derive(Clone)]
pub(crate) struct Lost {
    pub(crate) object: Rc<str>,
    pub(crate) alarm: i64,
}

/// What has just panicked, if it was an alarm's handler.
pub(crate) fn lost() -> Option<Lost> {
    AT_WORK.take()
}

/// Runs `body` as the handler of that alarm.
pub(super) fn within<T>(instance: &Instance, run: AlarmRun, body: impl FnOnce() -> T) -> T {
    let _outer = Outer::enter(instance, run);
    body()
}

/// Polls `handler` as the handler of that alarm.
pub(super) async fn within_async<T>(
    instance: &Instance,
    run: AlarmRun,
    handler: impl Future<Output = T>,
) -> T {
    let mut handler = pin!(handler);
    poll_fn(|cx| within(instance, run, || handler.as_mut().poll(cx))).await
}

/// What was at work before, and is again when this is dropped.
struct Outer<'a> {
    running: &'a Cell<Option<AlarmRun>>,
    before: Option<AlarmRun>,
}

impl<'a> Outer<'a> {
    fn enter(instance: &'a Instance, run: AlarmRun) -> Self {
        AT_WORK.set(Some(Lost {
            object: instance.ringing.object(),
            alarm: run.id.0,
        }));
        let running = &instance.running;
        let before = running.replace(Some(run));
        Self { running, before }
    }
}

impl Drop for Outer<'_> {
    fn drop(&mut self) {
        self.running.set(self.before);
        // After a panic, somebody asks for it.
        if !std::thread::panicking() {
            AT_WORK.take();
        }
    }
}
