//! What happens when the object's own alarm rings.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use serde::de::DeserializeOwned;

use super::list::arguments;
use super::recurrence::{Declared, Recurrence};
use super::run::{AlarmRun, within, within_async};
use super::table::{earliest, set};
use super::{AlarmId, Retry};
use crate::actor::Actor;
use crate::backend;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::object::{Object, Turn};
use crate::sql::{FromRow, Row};
use crate::time::{Duration, Timestamp};
use crate::turn::Access;

/// How many alarms one ring begins, before others have their turn.
const BATCH: u32 = 500;
/// When an actor that can't run its alarms is rung again.
const TROUBLE: Duration = Duration::from_secs(60);

/// An `#[alarm]` handler.
#[doc(hidden)]
pub struct AlarmHandler<A: 'static> {
    pub name: &'static str,
    pub declared: Option<Declared>,
    pub retry: Retry,
    pub run: fn(&Object<A>, Due) -> Turn<()>,
}

/// Whether the actor is running its alarms, and which are at work.
#[derive(Default)]
pub(crate) struct Ringing {
    rings: Cell<u32>,
    at_work: RefCell<BTreeSet<i64>>,
    object: RefCell<Option<Rc<str>>>,
    /// The time for which the object's own alarm has last rung.
    planned: Cell<Timestamp>,
}

impl Ringing {
    pub(super) fn is_on(&self) -> bool {
        self.rings.get() > 0
    }

    pub(super) fn planned(&self) -> Timestamp {
        self.planned.get()
    }

    /// The id of the object.
    pub(super) fn object(&self) -> Option<Rc<str>> {
        self.object.borrow().clone()
    }

    fn begin(&self, object: String) -> impl Drop + '_ {
        self.object.replace(Some(object.into()));
        Counted::one(&self.rings)
    }
}

/// One more, until it is dropped.
struct Counted<'a>(&'a Cell<u32>);

impl<'a> Counted<'a> {
    fn one(count: &'a Cell<u32>) -> Self {
        count.update(|count| count + 1);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.update(|count| count - 1);
    }
}

/// Runs the alarms whose time has come. The platform delivers a ring that fails a
/// few times only: so it never fails, but says in the log why, and sets the next one.
/// `planned` is when the object's own alarm was meant to ring.
pub(crate) fn ring<A: Actor>(object: &Object<A>, planned: Option<Timestamp>) -> Turn<()> {
    let object = object.clone();
    let ctx = object.ctx();
    ctx.ringing.planned.set(planned.unwrap_or(ctx.now()));
    Turn::start(async move {
        let Err(error) = run_due(&object).await else {
            return Ok(());
        };
        backend::log(&format!(
            "alarms could not run, and are tried again in {} s: {error}",
            TROUBLE.as_secs()
        ));
        let ctx = object.ctx();
        set(ctx, Some(ctx.now() + TROUBLE))
    })
}

async fn run_due<A: Actor>(object: &Object<A>) -> Result<()> {
    let ctx = object.ctx();
    if !object.is_awake() {
        set(ctx, Some(ctx.now() + TROUBLE))?;
        if object.bury().await? {
            return Ok(());
        }
    }
    drop(object.enter(Access::Shared).await?);
    let _ringing = ctx.ringing.begin(ctx.id());
    let mut outcomes = Vec::new();
    let mut pending = Vec::new();
    for due in begin(ctx)? {
        match run_one(object, &due) {
            Turn::Done(result) => outcomes.push(due.finish(ctx, result)),
            Turn::Pending(future) => {
                let object = object.clone();
                let turn = async move { due.finish(object.ctx(), future.await) };
                pending.push(Box::pin(turn) as Pin<Box<dyn Future<Output = _>>>);
            }
        }
    }
    outcomes.extend(all(pending).await);
    ctx.platform()
        .ring_ends(&ctx.ringing.object().unwrap_or_default());
    if !ctx.is_destroyed.get() {
        // What is due by now rings at once, after whoever waits.
        set(ctx, earliest(ctx)?)?;
    }
    outcomes.into_iter().collect()
}

/// What all of the futures come to, which wait beside each other.
async fn all<T>(mut pending: Vec<Pin<Box<dyn Future<Output = T>>>>) -> Vec<T> {
    let mut done = Vec::new();
    poll_fn(|cx| {
        pending.retain_mut(|future| match future.as_mut().poll(cx) {
            Poll::Ready(value) => {
                done.push(value);
                false
            }
            Poll::Pending => true,
        });
        match pending.is_empty() {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    })
    .await;
    done
}

/// The alarms to run now. Should the process be lost while they run, the object is
/// rung again, and the first of them, which has run alone at the start, is known to
/// be at fault.
fn begin<A: Actor>(ctx: &Ctx<A>) -> Result<Vec<Due>> {
    let panicked = ctx
        .platform()
        .ring_begins(&ctx.ringing.object().unwrap_or_default());
    if let Some((id, message)) = &panicked {
        fail_lost(ctx, *id, message)?;
    }
    let interrupted = Error::internal("the process was lost while it ran");
    let (due, cut_short): (Vec<_>, Vec<_>) = next_due(ctx)?
        .into_iter()
        .filter(|due| !ctx.ringing.at_work.borrow().contains(&due.id))
        .partition(|due| !due.started || panicked.is_some());
    for due in cut_short {
        due.fail(ctx, &interrupted)?;
    }
    let Some(first) = due.first() else {
        return Ok(due);
    };
    ctx.transaction(|| {
        ctx.sql().run(
            "UPDATE _actors_alarms SET started = 1 WHERE id = ?",
            (first.id,),
        )?;
        set(ctx, Some(ctx.now()))
    })?;
    ctx.ringing
        .at_work
        .borrow_mut()
        .extend(due.iter().map(|due| due.id));
    Ok(due)
}

/// Takes note of an alarm whose handler has panicked.
fn fail_lost<A: Actor>(ctx: &Ctx<A>, id: i64, message: &str) -> Result<()> {
    let statement = format!("{} WHERE id = ? AND due IS NOT NULL", Due::SELECT);
    let due: Option<Due> = ctx.sql().optional(&statement, (id,))?;
    match due {
        Some(due) => due.with_retry::<A>().fail(ctx, &Error::internal(message)),
        None => Ok(()),
    }
}

fn next_due<A: Actor>(ctx: &Ctx<A>) -> Result<Vec<Due>> {
    let statement = format!(
        "{} WHERE due <= ? ORDER BY due, id LIMIT {BATCH}",
        Due::SELECT
    );
    // The platform's clock might be ahead of the one that the object sees.
    let now = ctx.now().max(ctx.ringing.planned());
    let due: Vec<Due> = ctx.sql().all(&statement, (now,))?;
    Ok(due.into_iter().map(Due::with_retry::<A>).collect())
}

fn run_one<A: Actor>(object: &Object<A>, due: &Due) -> Turn<()> {
    match handler::<A>(&due.handler) {
        Some(handler) => (handler.run)(object, due.clone()),
        None => {
            due.misfit.set(true);
            Turn::Done(Err(Error::schema(format!(
                "no `#[alarm]` handler is called `{}`",
                due.handler
            ))))
        }
    }
}

fn handler<A: Actor>(name: &str) -> Option<&'static AlarmHandler<A>> {
    A::HANDLERS.alarms.iter().find(|known| known.name == name)
}

/// An alarm whose time has come.
#[doc(hidden)]
#[derive(Clone)]
pub struct Due {
    id: i64,
    handler: String,
    due: Timestamp,
    planned: Timestamp,
    recurrence: Option<Recurrence>,
    attempts: u32,
    started: bool,
    retry: Retry,
    /// Whether the code has no handler for it, or one that takes other arguments.
    misfit: Rc<Cell<bool>>,
}

impl FromRow for Due {
    const WIDTH: usize = 9;

    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            handler: row.get(1)?,
            due: row.get(2)?,
            planned: row.get(3)?,
            recurrence: Recurrence::from_columns(row.get(4)?, row.get(5)?, row.get(6)?),
            attempts: row.get(7)?,
            started: row.get(8)?,
            retry: Retry::DEFAULT,
            misfit: Rc::default(),
        })
    }
}

impl Due {
    /// Without the arguments, of which a batch might be more than memory holds.
    const SELECT: &str = "SELECT id, handler, due, planned, every, cron, zone, attempts, started \
                          FROM _actors_alarms";

    fn with_retry<A: Actor>(mut self) -> Self {
        if let Some(handler) = handler::<A>(&self.handler) {
            self.retry = handler.retry;
        }
        self
    }

    /// Runs a synchronous handler, in whose transaction the alarm is settled.
    pub fn run<A, P: DeserializeOwned>(
        self,
        ctx: &Ctx<A>,
        handler: impl FnOnce(P) -> Result<()>,
    ) -> Result<()> {
        let Some(payload) = self.settle(ctx)? else {
            return Ok(()); // somebody has cancelled or moved it
        };
        let arguments = self.arguments(&payload)?;
        within(ctx, self.as_run(), || handler(arguments))
    }

    /// Runs an asynchronous handler; the alarm is settled when it has succeeded.
    pub async fn run_async<A, P: DeserializeOwned>(
        self,
        ctx: &Ctx<A>,
        handler: impl AsyncFnOnce(P) -> Result<()>,
    ) -> Result<()> {
        let payload: Option<String> = ctx.sql().optional(
            "SELECT payload FROM _actors_alarms WHERE id = ? AND due = ?",
            (self.id, self.due),
        )?;
        let Some(payload) = payload else {
            return Ok(());
        };
        let arguments = self.arguments(&payload)?;
        within_async(ctx, self.as_run(), handler(arguments)).await?;
        self.settle(ctx).map(drop)
    }

    fn as_run(&self) -> AlarmRun {
        AlarmRun {
            id: AlarmId(self.id),
            planned: self.planned,
            attempt: self.attempts + 1,
        }
    }

    fn arguments<P: DeserializeOwned>(&self, payload: &str) -> Result<P> {
        arguments(&self.handler, payload).inspect_err(|_| self.misfit.set(true))
    }

    /// Takes the alarm away, or moves it to its next time, and answers its arguments:
    /// none if it has been cancelled or moved since it was found due.
    fn settle<A>(&self, ctx: &Ctx<A>) -> Result<Option<String>> {
        match &self.recurrence {
            None => ctx.sql().optional(
                "DELETE FROM _actors_alarms WHERE id = ? AND due = ? RETURNING payload",
                (self.id, self.due),
            ),
            Some(recurrence) => ctx.sql().optional(
                "UPDATE _actors_alarms SET due = ?3, planned = ?3, attempts = 0, started = 0, \
                 error = NULL WHERE id = ?1 AND due = ?2 RETURNING payload",
                (self.id, self.due, recurrence.next(self.planned, ctx.now())?),
            ),
        }
    }

    /// Takes note of what its turn came to.
    fn finish<A>(&self, ctx: &Ctx<A>, result: Result<()>) -> Result<()> {
        ctx.ringing.at_work.borrow_mut().remove(&self.id);
        match result {
            Ok(()) => Ok(()),
            Err(error) => self.fail(ctx, &error),
        }
    }

    /// Takes note of a failure: the alarm is tried again later, or set aside.
    fn fail<A>(&self, ctx: &Ctx<A>, error: &Error) -> Result<()> {
        let attempts = self.attempts + 1;
        let now = ctx.now();
        let next = match &self.recurrence {
            _ if self.misfit.get() => None,
            _ if attempts < self.retry.max => {
                let due = now + self.retry.wait(attempts, (ctx.ringing.object(), self.id));
                Some((due, self.planned, attempts))
            }
            None => None,
            Some(recurrence) => {
                let next = recurrence.next(self.planned, now).ok();
                next.map(|next| (next, next, 0))
            }
        };
        backend::log(&format!(
            "alarm `{}` ({}) failed, try {attempts} of {}{}: {error}",
            self.handler,
            self.id,
            self.retry.max,
            if next.is_none() {
                ", and is set aside"
            } else {
                ""
            },
        ));
        let (due, planned, attempts) = match next {
            Some((due, planned, attempts)) => (Some(due), planned, attempts),
            None => (None, self.planned, attempts),
        };
        ctx.sql()
            .run(
                "UPDATE _actors_alarms SET due = ?, planned = ?, attempts = ?, started = 0, \
                 error = ? WHERE id = ? AND due = ?",
                (
                    due,
                    planned,
                    attempts,
                    shortened(error.message()),
                    self.id,
                    self.due,
                ),
            )
            .map(drop)
    }
}

/// As much of a message as a row has room for beside the arguments.
fn shortened(message: &str) -> &str {
    &message[..message.floor_char_boundary(1_000)]
}
