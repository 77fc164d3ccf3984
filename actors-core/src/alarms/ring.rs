//! What happens when the object's own alarm rings.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::Poll;

use super::due::{Due, Mark};
use crate::error::{Error, Result};
use crate::instance::Instance;
use crate::instance::alarm::{earliest, set};
use crate::log;
use crate::platform::Interruption;
use crate::time::{Duration, Timestamp, hours, minutes};
use crate::turn::current::Caller;
use crate::turn::gate::{Access, Permit};
use crate::turn::{BoxFuture, Turn};

/// How many alarms start before other events get a turn, and how many may run concurrently.
const BATCH: usize = 500;
/// How many alarms of synchronous handlers run in one transaction.
const TOGETHER: usize = 100;
/// A ring at least this late is a redelivery after a failure: the platform retries after 2
/// s at the earliest.
const LATE: Duration = Duration::from_millis(1_500);
/// The shortest and the longest wait before an actor that can't run its alarms is rung again.
const TROUBLE: Duration = Duration::from_secs(60);
const LONG_TROUBLE: Duration = hours(1);
/// For how long a ring takes on alarms that become due while others run: the platform ends
/// a ring after 15 minutes.
pub(crate) const TAKES_ON: Duration = minutes(5);

/// An actor as the object's own alarm sees it, without its type, so that what follows is compiled
/// once.
pub(crate) trait Rung {
    fn instance(&self) -> &Rc<Instance>;
    /// Begins a turn, which wakes the actor if it sleeps.
    fn enter(&self, access: Access) -> BoxFuture<'_, Result<(Permit, Rc<Caller>)>>;
    /// Does the rest of [`Ctx::destroy`](crate::Ctx::destroy), if it was called; returns
    /// whether it was.
    fn finish_destroy(&self) -> BoxFuture<'_, Result<bool>>;
}

/// The same of an actor that has alarm handlers.
pub(crate) trait Alarmed: Rung {
    /// Begins a turn of the asynchronous handler of an alarm; `None` if there is no such handler.
    fn begin(&self, due: &Due) -> Option<Turn<()>>;
    /// Runs the synchronous handlers of alarms in the turn at hand, and records what has come of
    /// them.
    fn run_together(&self, due: &[Due]) -> Result<()>;
}

/// Runs the due alarms. `planned` is when the object's own alarm was meant to ring.
pub(crate) fn ring(object: Rc<dyn Alarmed>, planned: Option<Timestamp>) -> Turn<()> {
    let late = planned.is_some_and(|planned| object.instance().now().since(planned) > LATE);
    let ringing = object.clone();
    let run = Box::pin(async move { run_due(&ringing, late).await });
    rung(object, planned, run)
}

/// The same for an actor without alarm handlers, which needs less code: what older code has
/// scheduled is set aside.
pub(crate) fn ring_in_vain(object: Rc<dyn Rung>, planned: Option<Timestamp>) -> Turn<()> {
    let ringing = object.clone();
    let run = Box::pin(async move { set_all_aside(&*ringing).await });
    rung(object, planned, run)
}

/// The platform redelivers a failed ring only a few times, so this never fails: it logs the
/// error and sets the next ring.
fn rung(
    object: Rc<dyn Rung>,
    planned: Option<Timestamp>,
    run: BoxFuture<'static, Result<()>>,
) -> Turn<()> {
    let instance = object.instance();
    let planned = planned.unwrap_or(instance.now());
    instance.ringing.planned.set(planned);
    Turn::start(async move {
        let Err(error) = run.await else {
            return Ok(());
        };
        let instance = object.instance();
        let wait = trouble(instance);
        log::error(&format!(
            "alarms could not run, and will be retried in {} s: {error}",
            wait.as_secs()
        ));
        set(instance, Some(instance.now() + wait))
    })
}

/// Wakes the actor, unless it has been destroyed; returns whether it was.
async fn wake(object: &dyn Rung) -> Result<bool> {
    let instance = object.instance();
    // A destroyed actor sleeps once its turns have ended.
    if !instance.gate.is_awake() || instance.is_destroyed() {
        set(instance, Some(instance.now() + trouble(instance)))?;
        if object.finish_destroy().await? {
            return Ok(true);
        }
    }
    drop(object.enter(Access::Shared).await?);
    Ok(false)
}

async fn set_all_aside(object: &dyn Rung) -> Result<()> {
    if wake(object).await? {
        return Ok(());
    }
    let instance = object.instance();
    let now = instance.now();
    if instance.is_behind.get() {
        // The newer code, which knows them, may be back at any time.
        instance.alarms()?.run(
            "UPDATE _actors_alarms SET due = ?1 + MIN(MAX(?1 - planned, 60000), 3600000) \
             WHERE due <= ?1",
            (now,),
        )?;
        return set(instance, earliest(instance)?);
    }
    let gone: Vec<String> = instance.alarms()?.all(
        "UPDATE _actors_alarms SET due = NULL, attempts = attempts + 1, started = 0, \
         error = 'no `#[alarm]` handler is called `' || handler || '`' \
         WHERE due <= ? RETURNING handler",
        (now,),
    )?;
    for handler in gone {
        log::error(&format!(
            "alarm `{handler}` failed, and is set aside: the code has no `#[alarm]` handler"
        ));
    }
    set(instance, earliest(instance)?)
}

/// How long to wait before an actor that can't run its alarms is rung again: as long as the
/// first of them has been due. So the wait doubles without being stored.
fn trouble(instance: &Instance) -> Duration {
    let first = earliest(instance).ok().flatten();
    let overdue = first.map_or(Duration::ZERO, |due| instance.now().since(due));
    overdue.clamp(TROUBLE, LONG_TROUBLE)
}

async fn run_due(object: &Rc<dyn Alarmed>, is_late: bool) -> Result<()> {
    if wake(&**object).await? {
        return Ok(());
    }
    let instance = object.instance();
    let _ringing = (instance.ringing).begin(instance.platform().id(), instance.now());
    let interruption = instance.platform().ring_begins(&instance.ringing.object());
    if let Some(Interruption::Panic(culprit)) = &interruption {
        fail_panicked(instance, culprit.as_ref())?;
    }
    let mut ring = Ring::new(object);
    let due = ring.next_due(BATCH)?;
    if !due.is_empty() {
        // If the process is lost from here on, the object is rung again at once.
        set(instance, Some(instance.now()))?;
        let are_suspect = match interruption {
            Some(Interruption::Panic(_)) => {
                // Another panic is not to undo what those before it have done once more.
                ring.together = 1;
                false
            }
            Some(Interruption::Trap) => true,
            None => is_late,
        };
        let others = ring.run_suspects(due, are_suspect).await?;
        ring.run(others).await?;
    }
    instance.platform().ring_ends(&instance.ringing.object());
    if !instance.is_destroyed() {
        // Alarms that are due by now ring at once, after the events that wait.
        set(instance, earliest(instance)?)?;
    }
    ring.outcome
}

/// A ring of the object's own alarm, and the alarms that are running in it.
struct Ring<'a> {
    object: &'a Rc<dyn Alarmed>,
    instance: &'a Rc<Instance>,
    /// How many alarms of synchronous handlers may run in one transaction.
    together: usize,
    at_work: Vec<AtWork>,
    /// Whether there may be more due alarms than were found last.
    are_more: bool,
    /// Whether their outcomes could be recorded.
    outcome: Result<()>,
}

/// An alarm whose handler is waiting, or several that wait for their turn.
struct AtWork {
    ids: Vec<i64>,
    /// Its handler, and how many of that run at once, if that is limited.
    limited: Option<(&'static str, usize)>,
    turn: Pin<Box<dyn Future<Output = Result<()>>>>,
}

/// A handler of which only so many alarms run at once.
struct Limited {
    handler: &'static str,
    /// How many more may run.
    room: usize,
}

/// The room of that handler, which is added if it is not there yet.
fn room_of<'l>(
    all: &'l mut Vec<Limited>,
    handler: &'static str,
    at_most: usize,
) -> &'l mut Limited {
    let place = all.iter().position(|limited| limited.handler == handler);
    let place = place.unwrap_or_else(|| {
        all.push(Limited {
            handler,
            room: at_most,
        });
        all.len() - 1
    });
    &mut all[place]
}

impl<'a> Ring<'a> {
    fn new(object: &'a Rc<dyn Alarmed>) -> Self {
        Self {
            object,
            instance: object.instance(),
            together: TOGETHER,
            at_work: Vec::new(),
            are_more: false,
            outcome: Ok(()),
        }
    }

    /// Runs the alarms that are suspected of taking the process down, one by one, and
    /// records a failure for one that did so alone; returns the others. All are suspects if
    /// `are_suspect`.
    async fn run_suspects(&mut self, due: Vec<Due>, are_suspect: bool) -> Result<Vec<Due>> {
        let mut others = Vec::new();
        for due in due {
            match due.mark {
                Mark::Alone => due.fail_interrupted(self.instance)?,
                Mark::CutShortTwice => {
                    self.wait_for_all().await;
                    self.begin_carefully(due).await?;
                    self.wait_for_all().await;
                }
                Mark::None | Mark::CutShort if are_suspect => self.begin_carefully(due).await?,
                Mark::None | Mark::CutShort => others.push(due),
            }
        }
        Ok(others)
    }

    /// Runs the due alarms, and those that become due meanwhile.
    async fn run(&mut self, mut due: Vec<Due>) -> Result<()> {
        let end = self.instance.ringing.began() + TAKES_ON;
        loop {
            let are_more = self.are_more;
            self.begin_all(&due);
            let takes_on = self.instance.now() < end && !self.instance.is_destroyed();
            if self.at_work.is_empty() && !(are_more && takes_on) {
                return Ok(());
            }
            let room = if takes_on {
                BATCH - self.ids_at_work().count()
            } else {
                0
            };
            let next = if room > 0 { self.next_time()? } else { None };
            self.wait(next).await;
            due = self.next_due(room)?;
        }
    }

    /// Begins it with a durable mark, so that it is identified if it takes the process down.
    async fn begin_carefully(&mut self, due: Due) -> Result<()> {
        due.mark_durably(self.instance).await?;
        self.begin(&[due]);
        Ok(())
    }

    /// Begins those that follow each other and use the actor in the same way together.
    fn begin_all(&mut self, due: &[Due]) {
        let are_alike = |one: &Due, next: &Due| {
            let access = one.access();
            access.is_some() && access == next.access()
        };
        for alike in due.chunk_by(are_alike) {
            alike
                .chunks(self.together)
                .for_each(|together| self.begin(together));
        }
    }

    fn begin(&mut self, due: &[Due]) {
        if self.instance.is_destroyed() {
            return;
        }
        match begin(self.object, due) {
            Turn::Done(result) => note(&mut self.outcome, result),
            Turn::Pending(turn) => {
                let ids = due.iter().map(|due| due.id).collect();
                let limited = due.first().and_then(Due::limited);
                self.at_work.push(AtWork { ids, limited, turn });
            }
        }
    }

    /// Waits until all running alarms have ended.
    async fn wait_for_all(&mut self) {
        while !self.at_work.is_empty() {
            self.wait(None).await;
        }
    }

    /// Waits until a running alarm has ended, `next` has come, or alarms have changed.
    async fn wait(&mut self, next: Option<Timestamp>) {
        let Self {
            instance,
            at_work,
            outcome,
            ..
        } = self;
        let mut timer =
            pin!(next.map(|next| instance.platform().sleep(next.since(instance.now()))));
        poll_fn(|cx| {
            let before = at_work.len();
            at_work.retain_mut(|at_work| match at_work.turn.as_mut().poll(cx) {
                Poll::Ready(result) => {
                    note(outcome, result);
                    false
                }
                Poll::Pending => true,
            });
            let timer = timer.as_mut().as_pin_mut();
            let is_time = timer.is_some_and(|timer| timer.poll(cx).is_ready());
            match at_work.len() < before || is_time || instance.ringing.has_changed(cx) {
                true => Poll::Ready(()),
                false => Poll::Pending,
            }
        })
        .await;
    }

    /// Returns up to `room` alarms that are due and not running.
    fn next_due(&mut self, room: usize) -> Result<Vec<Due>> {
        if room == 0 {
            return Ok(Vec::new());
        }
        let room = self.least_room(room);
        let statement = format!(
            "{} WHERE due <= ? AND id NOT IN (SELECT value FROM json_each(?)) {} ORDER BY due, id \
             LIMIT {room}",
            Due::SELECT,
            self.not_full(),
        );
        // The platform's clock may be ahead of the object's.
        let now = self.instance.now().max(self.instance.ringing.planned());
        let due: Vec<Due> = self
            .instance
            .alarms()?
            .all(&statement, (now, self.json_at_work()?))?;
        let found = due.len();
        let due = self.that_fit(due);
        self.are_more = found == room || due.len() < found;
        Ok(due)
    }

    /// Leaves those for later for which there is no room.
    fn that_fit(&self, due: Vec<Due>) -> Vec<Due> {
        let mut limited = self.limited();
        let due = due.into_iter().map(|due| due.known_to(self.instance));
        due.filter(|due| match due.limited() {
            None => true,
            Some((handler, at_most)) => {
                let limited = room_of(&mut limited, handler, at_most);
                let fits = limited.room > 0;
                limited.room = limited.room.saturating_sub(1);
                fits
            }
        })
        .collect()
    }

    /// The limited handlers at work, and for how many more of each there is room.
    fn limited(&self) -> Vec<Limited> {
        let mut all = Vec::new();
        for (handler, at_most) in self.at_work.iter().filter_map(|at_work| at_work.limited) {
            let limited = room_of(&mut all, handler, at_most);
            limited.room = limited.room.saturating_sub(1);
        }
        all
    }

    /// How many alarms to read: no more than fit, even if all are of a handler that is almost full.
    fn least_room(&self, room: usize) -> usize {
        let limited = self.limited().into_iter();
        let left = limited.map(|limited| limited.room).filter(|left| *left > 0);
        left.min().map_or(room, |left| left.min(room))
    }

    /// Leaves out, in SQL, the alarms of handlers that have no room.
    fn not_full(&self) -> String {
        let limited = self.limited().into_iter();
        let full = limited.filter(|limited| limited.room == 0);
        full.map(|full| format!("AND handler <> '{}' ", full.handler))
            .collect()
    }

    /// When the first alarm that is not running is due.
    fn next_time(&self) -> Result<Option<Timestamp>> {
        let statement = format!(
            "SELECT due FROM _actors_alarms WHERE due IS NOT NULL \
             AND id NOT IN (SELECT value FROM json_each(?)) {} ORDER BY due LIMIT 1",
            self.not_full(),
        );
        (self.instance.alarms()?).optional(&statement, (self.json_at_work()?,))
    }

    /// The ids of the alarms that have begun and not ended.
    fn ids_at_work(&self) -> impl Iterator<Item = i64> {
        self.at_work
            .iter()
            .flat_map(|at_work| at_work.ids.iter().copied())
    }

    /// The same, as JSON.
    fn json_at_work(&self) -> Result<String> {
        Ok(serde_json::to_string(
            &self.ids_at_work().collect::<Vec<_>>(),
        )?)
    }
}

/// Keeps the first error.
fn note(outcome: &mut Result<()>, another: Result<()>) {
    if outcome.is_ok() {
        *outcome = another;
    }
}

/// Records a panic: a failure of the alarm whose handler it was, and no blame on the
/// others, which it cut short.
fn fail_panicked(instance: &Instance, culprit: Option<&(i64, String)>) -> Result<()> {
    instance.alarms()?.run(
        "UPDATE _actors_alarms SET started = 0 WHERE due <= ? AND started > 0",
        (instance.now(),),
    )?;
    let Some((id, message)) = culprit else {
        return Ok(());
    };
    let statement = format!("{} WHERE id = ? AND due IS NOT NULL", Due::SELECT);
    let due: Option<Due> = instance.alarms()?.optional(&statement, (*id,))?;
    match due {
        Some(due) => due
            .known_to(instance)
            .fail(instance, &Error::internal(message.clone())),
        None => Ok(()),
    }
}

/// Begins one turn for alarms whose synchronous handlers use the actor in the same way, or for any
/// other alarm.
fn begin(object: &Rc<dyn Alarmed>, due: &[Due]) -> Turn<()> {
    match due {
        [] => Turn::Done(Ok(())),
        [first, ..] => match first.access() {
            Some(access) => begin_together(object, access, due),
            None => begin_one(object, first.clone()),
        },
    }
}

/// Runs them without a future if their turn can begin at once.
fn begin_together(object: &Rc<dyn Alarmed>, access: Access, due: &[Due]) -> Turn<()> {
    let gate = &object.instance().gate;
    if gate.is_awake()
        && let Some(_permit) = gate.try_enter(access)
    {
        return Turn::Done(object.run_together(due));
    }
    let (object, due) = (object.clone(), due.to_vec());
    Turn::start(async move {
        match object.enter(access).await {
            Ok(_entered) => object.run_together(&due),
            Err(error) => (due.iter()).try_for_each(|due| due.fail(object.instance(), &error)),
        }
    })
}

fn begin_one(object: &Rc<dyn Alarmed>, due: Due) -> Turn<()> {
    let turn = object.begin(&due).unwrap_or_else(|| {
        due.misfit.set(true);
        Turn::Done(Err(Error::schema(format!(
            "there is no `#[alarm]` handler `{}`",
            due.handler
        ))))
    });
    let instance = object.instance().clone();
    turn.map(move |result| due.finish(&instance, result))
}
