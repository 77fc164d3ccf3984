//! Many alarms over the one that an object has.
//!
//! Each alarm is a row; the object's own alarm is set to the earliest of them,
//! in the transaction that changes which one that is.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::actor::Actor;
use crate::backend;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::object::{Object, Turn};
use crate::sql::{IndexDef, TableDef};
use crate::time::{Timestamp, millis};
use crate::turn::Access;

/// `due` is NULL for an alarm that has failed too often; `every` and `attempts`
/// count milliseconds and failures.
/// What alarms are stored in.
pub(crate) const TABLES: &[TableDef] = &[TableDef {
    of: "the framework",
    name: "_actors_alarms",
    was: None,
    create: &[
        "CREATE TABLE _actors_alarms (id INTEGER PRIMARY KEY AUTOINCREMENT, \
     handler TEXT NOT NULL, payload TEXT NOT NULL, due INTEGER, key TEXT UNIQUE, \
     every INTEGER, declared INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, \
     error TEXT) STRICT",
    ],
    indices: &[IndexDef {
        name: "_actors_alarms_due",
        create: "CREATE INDEX _actors_alarms_due ON _actors_alarms (due)",
    }],
    renamed: &[],
}];

/// How often an alarm is tried before it is set aside.
const ATTEMPTS: u32 = 5;
/// The wait after the first failure; it doubles with each one more.
const BACK_OFF: Duration = Duration::from_secs(2);

/// The actor's alarms, from [`Ctx::alarms`].
///
/// Each `#[alarm]` handler is a method of what [`after`](Self::after) and
/// [`at`](Self::at) answer, and takes the handler's arguments, which are stored
/// as JSON:
///
/// ```
/// # use actors_core::prelude::*;
/// # #[actor] struct Sessions { }
/// #[actor]
/// impl Sessions {
///     pub fn open(&mut self, ctx: &Ctx<Self>, user: String) -> Result<()> {
///         ctx.alarms().after(minutes(30)).keyed(&user).expire(user.clone())?;
///         Ok(())
///     }
///
///     #[alarm]
///     fn expire(&mut self, user: String) {}
/// }
/// ```
///
/// Scheduling and cancelling are part of the handler's transaction. An alarm
/// runs at its time or, if that has passed, at once; one that fails is tried 5
/// times, after 2, 4, 8 and 16 seconds, and then set aside with its error. What a
/// synchronous handler does to the actor's storage happens exactly once, an
/// `async` handler runs at least once.
///
/// Each alarm costs a row written when it is scheduled and one when it has run,
/// and another when the earliest alarm changes.
pub struct Alarms<'a, A> {
    ctx: &'a Ctx<A>,
}

/// Which alarm, for [`Alarms::cancel`]; never used twice in an actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlarmId(i64);

impl<'a, A: Actor> Alarms<'a, A> {
    pub(crate) fn new(ctx: &'a Ctx<A>) -> Self {
        Self { ctx }
    }

    /// An alarm that runs once, when `delay` has passed.
    pub fn after(self, delay: Duration) -> A::Schedule<'a> {
        let due = self.ctx.now() + delay;
        self.at(due)
    }

    /// An alarm that runs once, at `due`; at once if that has passed.
    pub fn at(self, due: Timestamp) -> A::Schedule<'a> {
        Plan {
            ctx: self.ctx,
            due,
            key: None,
        }
        .into()
    }

    /// Removes the alarm, and answers whether it was still there.
    ///
    /// # Errors
    ///
    /// Those of the statement.
    pub fn cancel(self, id: AlarmId) -> Result<bool> {
        change(self.ctx, |ctx| {
            ctx.sql()
                .run("DELETE FROM _actors_alarms WHERE id = ?", (id.0,))
                .map(|rows| rows > 0)
        })
    }

    /// Removes the alarm with that key, and answers whether there was one.
    ///
    /// # Errors
    ///
    /// Those of the statement.
    pub fn cancel_key(self, key: &str) -> Result<bool> {
        change(self.ctx, |ctx| {
            ctx.sql()
                .run("DELETE FROM _actors_alarms WHERE key = ?", (key,))
                .map(|rows| rows > 0)
        })
    }
}

/// When an alarm is to run, before it is said which.
#[doc(hidden)]
pub struct Plan<'a, A> {
    ctx: &'a Ctx<A>,
    due: Timestamp,
    key: Option<String>,
}

impl<A> Plan<'_, A> {
    /// Makes the alarm take the place of the one with the same key.
    pub fn keyed(mut self, key: &str) -> Self {
        self.key = Some(key.to_owned());
        self
    }

    /// Stores the alarm.
    pub fn schedule(self, handler: &str, payload: &impl Serialize) -> Result<AlarmId> {
        let payload = serde_json::to_string(payload)?;
        change(self.ctx, |ctx| {
            if self.key.is_some() {
                ctx.sql()
                    .run("DELETE FROM _actors_alarms WHERE key = ?", (&self.key,))?;
            }
            ctx.sql()
                .one(
                    "INSERT INTO _actors_alarms (handler, payload, due, key) VALUES (?, ?, ?, ?) \
                     RETURNING id",
                    (handler, &payload, self.due, &self.key),
                )
                .map(AlarmId)
        })
    }
}

/// An `#[alarm]` handler.
#[doc(hidden)]
pub struct AlarmHandler<A: 'static> {
    pub name: &'static str,
    /// How often it runs, if it is declared to recur.
    pub every: Option<Duration>,
    pub run: fn(&Object<A>, Due) -> Turn<()>,
}

/// An alarm whose time has come.
#[doc(hidden)]
#[derive(Clone)]
pub struct Due {
    id: i64,
    handler: String,
    payload: String,
    due: Timestamp,
    every: Option<i64>,
    attempts: u32,
}

impl Due {
    /// Runs a synchronous handler, in whose transaction the alarm is settled.
    pub fn run<A, P: DeserializeOwned>(
        self,
        ctx: &Ctx<A>,
        handler: impl FnOnce(P) -> Result<()>,
    ) -> Result<()> {
        if !self.is_waiting(ctx)? {
            return Ok(());
        }
        handler(self.arguments()?)?;
        self.settle(ctx)
    }

    /// Runs an asynchronous handler; the alarm is settled when it has succeeded.
    pub async fn run_async<A, P: DeserializeOwned>(
        self,
        ctx: &Ctx<A>,
        handler: impl AsyncFnOnce(P) -> Result<()>,
    ) -> Result<()> {
        if !self.is_waiting(ctx)? {
            return Ok(());
        }
        handler(self.arguments()?).await?;
        self.settle(ctx)
    }

    /// Whether nobody has cancelled or moved the alarm before its turn came.
    fn is_waiting<A>(&self, ctx: &Ctx<A>) -> Result<bool> {
        ctx.sql()
            .optional(
                "SELECT 1 FROM _actors_alarms WHERE id = ? AND due = ?",
                (self.id, self.due),
            )
            .map(|found: Option<u32>| found.is_some())
    }

    fn arguments<P: DeserializeOwned>(&self) -> Result<P> {
        serde_json::from_str(&self.payload).map_err(|error| {
            Error::schema(format!(
                "the alarm `{}` has arguments that it does not take: {error}",
                self.handler
            ))
        })
    }

    /// Takes note of a success: the alarm is gone, or waits for its next time.
    fn settle<A>(&self, ctx: &Ctx<A>) -> Result<()> {
        change(ctx, |ctx| match self.every {
            None => ctx
                .sql()
                .run("DELETE FROM _actors_alarms WHERE id = ?", (self.id,)),
            Some(every) => ctx.sql().run(
                "UPDATE _actors_alarms SET due = ?, attempts = 0, error = NULL WHERE id = ?",
                (next_time(self.due, every, ctx.now()), self.id),
            ),
        })
        .map(drop)
    }

    /// Takes note of a failure: the alarm is tried again later, or set aside.
    fn fail<A>(&self, ctx: &Ctx<A>, error: &Error) -> Result<()> {
        let attempts = self.attempts + 1;
        let (due, kept) = match self.every {
            _ if attempts < ATTEMPTS => (
                Some(ctx.now() + BACK_OFF * 2u32.pow(attempts - 1)),
                attempts,
            ),
            Some(every) => (Some(next_time(self.due, every, ctx.now())), 0),
            None => (None, attempts),
        };
        backend::log(&format!(
            "alarm `{}` failed (attempt {attempts} of {ATTEMPTS}): {error}",
            self.handler
        ));
        change(ctx, |ctx| {
            ctx.sql().run(
                "UPDATE _actors_alarms SET due = ?, attempts = ?, error = ? WHERE id = ? AND due = ?",
                (due, kept, error.message(), self.id, self.due),
            )
        })
        .map(drop)
    }
}

/// The next time after `now` on the grid that `due` is on.
fn next_time(due: Timestamp, every: i64, now: Timestamp) -> Timestamp {
    let passed = (now.as_millis() - due.as_millis()).max(0);
    Timestamp::from_millis(due.as_millis() + (passed / every + 1) * every)
}

/// Begins to run all alarms whose time has come.
pub(crate) fn ring<A: Actor>(object: &Object<A>) -> Turn<()> {
    let object = object.clone();
    Turn::start(async move { run_due(&object).await })
}

/// Runs all alarms whose time has come, in the order of their times.
async fn run_due<A: Actor>(object: &Object<A>) -> Result<()> {
    drop(object.enter(Access::Shared).await?);
    let ctx = object.ctx();
    let now = ctx.now();
    while let Some(alarm) = next_due(ctx, now)? {
        if let Err(error) = run_one(object, alarm.clone()).await {
            alarm.fail(ctx, &error)?;
        }
    }
    // The platform has forgotten its alarm when it delivered it.
    ctx.platform().set_alarm(earliest(ctx)?)
}

async fn run_one<A: Actor>(object: &Object<A>, alarm: Due) -> Result<()> {
    let handler = A::HANDLERS
        .alarms
        .iter()
        .find(|handler| handler.name == alarm.handler);
    match handler {
        Some(handler) => (handler.run)(object, alarm).finish().await,
        None => Err(Error::schema(format!(
            "no `#[alarm]` handler is called `{}`",
            alarm.handler
        ))),
    }
}

fn next_due<A>(ctx: &Ctx<A>, now: Timestamp) -> Result<Option<Due>> {
    let row = ctx.sql().optional(
        "SELECT id, handler, payload, due, every, attempts FROM _actors_alarms \
         WHERE due <= ? ORDER BY due, id LIMIT 1",
        (now,),
    )?;
    Ok(row.map(|(id, handler, payload, due, every, attempts)| Due {
        id,
        handler,
        payload,
        due,
        every,
        attempts,
    }))
}

fn earliest<A>(ctx: &Ctx<A>) -> Result<Option<Timestamp>> {
    ctx.sql().one("SELECT MIN(due) FROM _actors_alarms", ())
}

/// Changes alarms, in a transaction that arms the object's own alarm at its end.
fn change<A, T>(ctx: &Ctx<A>, body: impl FnOnce(&Ctx<A>) -> Result<T>) -> Result<T> {
    ctx.transaction(|| {
        if ctx.earliest.get().is_none() {
            ctx.earliest.set(Some(earliest(ctx)?));
        }
        body(ctx)
    })
}

/// Sets the object's own alarm, if the transaction has changed which one is the earliest.
pub(crate) fn arm<A>(ctx: &Ctx<A>) -> Result<()> {
    let Some(before) = ctx.earliest.get() else {
        return Ok(());
    };
    let after = earliest(ctx)?;
    if before == after {
        return Ok(());
    }
    ctx.platform().set_alarm(after)
}

/// Makes the recurring alarms those that the code declares: new ones begin,
/// changed ones move to their new grid, those that are gone end.
pub(crate) fn reconcile<A: Actor>(ctx: &Ctx<A>) -> Result<()> {
    change(ctx, |ctx| {
        let stored: Vec<(i64, String, i64)> = ctx.sql().all(
            "SELECT id, handler, every FROM _actors_alarms WHERE declared = 1",
            (),
        )?;
        let declared: Vec<(&str, i64)> = A::HANDLERS
            .alarms
            .iter()
            .filter_map(|handler| Some((handler.name, millis(handler.every?))))
            .collect();
        for (id, handler, every) in &stored {
            if !declared.contains(&(handler, *every)) {
                ctx.sql()
                    .run("DELETE FROM _actors_alarms WHERE id = ?", (id,))?;
            }
        }
        for (handler, every) in declared {
            if !stored
                .iter()
                .any(|(_, name, period)| (name.as_str(), *period) == (handler, every))
            {
                ctx.sql().run(
                    "INSERT INTO _actors_alarms (handler, payload, due, every, declared) \
                     VALUES (?, 'null', ?, ?, 1)",
                    (
                        handler,
                        Timestamp::from_millis(ctx.now().as_millis().saturating_add(every)),
                        every,
                    ),
                )?;
            }
        }
        Ok(())
    })
}
