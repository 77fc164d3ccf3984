//! The alarms of an actor: scheduling them, and running their handlers.

use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::task::Poll;

use serde::de::DeserializeOwned;

use super::Actor;
use super::ctx::Ctx;
use super::object::{exclusive, shared};
use super::state::State;
use crate::alarms::change::change_once;
use crate::alarms::run::IS_NO_TASK;
use crate::alarms::{Alarm, AlarmId, AlarmList, AlarmState, Due, Plan, list};
use crate::error::Result;
use crate::instance::Instance;
use crate::object::fields::AnyActor;
use crate::sql::Params;
use crate::time::{Duration, Timestamp};

/// The actor's alarms, from [`Ctx::alarms`](crate::Ctx::alarms).
///
/// [`after`](Self::after), [`at`](Self::at), [`every`](Self::every) and
/// [`cron`](Self::cron) return a schedule with one method for each `#[alarm]` handler. The
/// method takes the handler's arguments, which are stored as JSON:
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
/// All of this is synchronous, and part of the handler's transaction.
///
/// # When alarms run
///
/// At their time, or at once if that has passed; in the order of their times, and in the
/// order in which they were scheduled where times are equal. Each is a turn of its
/// handler's kind: up to 500 `async` handlers with `&self` run concurrently, and alarms
/// that become due while they wait start alongside them. Up to 500 start before waiting
/// requests get their turn. Alarms are precise to the millisecond, provided the platform
/// rings on time.
///
/// A recurring alarm that missed some of its times, because the object was away or its
/// handler took longer than its interval, runs once for all of them, and then again at its
/// regular times. It never runs concurrently with itself.
///
/// # Guarantees
///
/// What a synchronous handler does to the actor's storage happens exactly once: the alarm is
/// removed in the same transaction. If the process is lost, or an alarm in that transaction
/// panics, the others in it run again: what they send elsewhere is sent again. An `async` handler
/// runs at least once; to do something elsewhere only once, pass
/// [`AlarmRun::key`](crate::alarms::AlarmRun::key) along.
///
/// The next ring is armed before alarms run, so the process can be lost at any moment. If
/// the actor can't wake, that is retried after a minute, and then after as long as the first
/// alarm has been due, an hour at most.
///
/// The platform may lose the object's own alarm: it gives up after six failures, and
/// restoring a database does not restore it. So each wake, and each turn that schedules an
/// alarm, arms the earliest alarm again if it is not armed. That reads one row at most, and
/// writes nothing if the alarm is armed.
///
/// A handler that fails, panics, or takes the process down is retried, after a wait that doubles
/// each time: see [`Retry`](crate::alarms::Retry). After its last attempt a one-time alarm is set
/// aside with its error: it is among [`failed`](Self::failed) until [`retry`](Self::retry) or
/// [`discard`](Self::discard). A recurring one goes on at its next time. An alarm whose handler no
/// longer exists, or now takes other arguments, is set aside at once. Each failure is logged.
///
/// The alarm that took the process down is identified, and no other is blamed: after a ring
/// that was cut short, alarms start with a durable mark, one by one where the culprit is in
/// doubt, and an attempt counts as failed only for an alarm that was running alone.
///
/// # Loops
///
/// An alarm whose handler schedules another one to run at once (in less than 100 ms) is a
/// loop that costs 4 rows and a request each time. So 250 of them run one after the other
/// without delay; the next one waits 100 ms, and the wait doubles with every ten more, up to
/// an hour, which is logged. The object's other alarms are not delayed. Alarms that take 100
/// ms or more each are not such a loop, nor are many alarms scheduled by something else.
///
/// # Limits
///
/// A time after 2262-04-11T23:47:16.854Z, an interval of 0, an empty key, and arguments that
/// take more than 2,000,000 bytes as JSON, with the key, are errors. So are arguments that
/// JSON would change, NaN for example: they are read back before they are stored.
///
/// # Costs
///
/// Rows written, at $1.00 a million: 2 when an alarm is scheduled, one more with a key, and one
/// for every hundred of them since a wake; 2 when it has run, one more if its `async` handler
/// waited; one when the earliest alarm changes, and 2 for each ring. Each ring is a billed
/// request. While no alarm is due, the actor sleeps and costs nothing.
///
/// Scheduling many in one transaction takes a fraction of the time that as many transactions
/// take, and so does running many that are due at once: those of synchronous handlers share a
/// transaction, up to a hundred of them, in which each can fail alone.
pub struct Alarms<'a, A> {
    instance: &'a Instance,
    actor: PhantomData<fn() -> A>,
}

impl<'a, A: Actor> Alarms<'a, A> {
    pub(crate) fn new(instance: &'a Instance) -> Self {
        let actor = PhantomData;
        Self { instance, actor }
    }

    /// An alarm that runs once, when `delay` has passed. If it is `keyed` and scheduled
    /// again, the delay starts over.
    pub fn after(self, delay: Duration) -> A::Schedule<'a> {
        let due = self.instance.now() + delay;
        Plan::once(self.instance, due).into()
    }

    /// An alarm that runs once, at `due`; at once if that has passed.
    pub fn at(self, due: Timestamp) -> A::Schedule<'a> {
        Plan::once(self.instance, due).into()
    }

    /// An alarm that runs again and again: first when `interval` has passed, then at
    /// each whole interval from there.
    ///
    /// Scheduling it a second time makes a second one, unless it is declared with
    /// `#[alarm(every = "5m")]` or `keyed`: if one with the same key, handler, interval and
    /// arguments exists, it goes on unchanged. So it can be scheduled at each wake, in
    /// `#[on_init]`, which then reads one row and writes none. If any of those differ, the
    /// new one replaces the one with that key, and its times start over.
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// # #[actor] struct Feed { }
    /// # #[actor] impl Feed {
    /// #[on_init]
    /// fn begin(&mut self, ctx: &Ctx<Self>) -> Result<()> {
    ///     ctx.alarms().every(hours(1)).keyed("fetch").fetch_news().map(drop)
    /// }
    ///
    /// #[alarm]
    /// fn fetch_news(&mut self) {}
    /// # }
    /// ```
    pub fn every(self, interval: Duration) -> A::Schedule<'a> {
        Plan::every(self.instance, interval).into()
    }

    /// An alarm that runs whenever the expression says, in UTC. Needs the crate's
    /// feature `cron`.
    ///
    #[doc = include_str!("../../docs/cron.md")]
    ///
    /// An invalid expression, or one that never matches a date, is an error that the handler's
    /// method returns; `#[alarm(cron = "0 3 * * MON")]` is checked at compile time. A `keyed`
    /// one goes on as with [`every`](Self::every).
    #[cfg(feature = "cron")]
    pub fn cron(self, expression: &str) -> A::Schedule<'a> {
        Plan::cron(self.instance, expression, None).into()
    }

    /// An alarm that runs whenever the expression says, by the clocks of a time zone
    /// of the IANA database, such as `Europe/Berlin`: see [`cron`](Self::cron).
    #[cfg(feature = "cron")]
    pub fn cron_in(self, zone: &str, expression: &str) -> A::Schedule<'a> {
        Plan::cron(self.instance, expression, Some(zone)).into()
    }

    /// Removes the alarm, and returns whether it was still there.
    ///
    /// After `true` it will not start. An `async` handler that is already running is not
    /// stopped, but it is not retried either.
    ///
    /// # Errors
    ///
    /// Those of the statement.
    pub fn cancel(self, id: AlarmId) -> Result<bool> {
        let statement = format!("DELETE FROM _actors_alarms WHERE id = ? AND {IS_NO_TASK}");
        self.change(&statement, (id.0,))
    }

    /// Removes the alarm with that key, and returns whether there was one.
    ///
    /// # Errors
    ///
    /// Those of the statement.
    pub fn cancel_key(self, key: &str) -> Result<bool> {
        self.change("DELETE FROM _actors_alarms WHERE key = ?", (key,))
    }

    /// The alarm, if it is there.
    ///
    /// # Errors
    ///
    /// Those of the statement.
    pub fn get(self, id: AlarmId) -> Result<Option<Alarm>> {
        let statement = format!("{} WHERE id = ? AND {IS_NO_TASK}", list::SELECT);
        self.instance.alarms()?.optional(&statement, (id.0,))
    }

    /// The alarm with that key, if it is there.
    ///
    /// # Errors
    ///
    /// Those of the statement.
    pub fn get_key(self, key: &str) -> Result<Option<Alarm>> {
        let statement = format!("{} WHERE key = ?", list::SELECT);
        self.instance.alarms()?.optional(&statement, (key,))
    }

    /// The actor's alarms, or some of them.
    pub fn list(self) -> AlarmList<'a> {
        AlarmList::new(self.instance)
    }

    /// The alarms that have been set aside, the oldest first.
    ///
    /// # Errors
    ///
    /// Those of the statement.
    pub fn failed(self) -> Result<Vec<Alarm>> {
        self.list().state(AlarmState::Failed).all()
    }

    /// Runs an alarm that has been set aside now, with all its attempts, and returns
    /// whether there was one.
    ///
    /// # Errors
    ///
    /// Those of the statement.
    pub fn retry(self, id: AlarmId) -> Result<bool> {
        let now = self.instance.now();
        let statement = format!(
            "UPDATE _actors_alarms SET due = ?, attempts = 0 \
             WHERE id = ? AND due IS NULL AND {IS_NO_TASK}"
        );
        self.change(&statement, (now, id.0))
    }

    /// Removes an alarm that has been set aside, and returns whether there was one.
    ///
    /// # Errors
    ///
    /// Those of the statement.
    pub fn discard(self, id: AlarmId) -> Result<bool> {
        let statement =
            format!("DELETE FROM _actors_alarms WHERE id = ? AND due IS NULL AND {IS_NO_TASK}");
        self.change(&statement, (id.0,))
    }

    /// Runs the statement, and returns whether it changed an alarm.
    fn change(self, statement: &str, params: impl Params) -> Result<bool> {
        change_once(self.instance, |instance| {
            instance.alarms()?.run(statement, params)
        })
        .map(|rows| rows > 0)
    }
}

impl<A: Actor> Ctx<A> {
    /// The actor's alarms.
    pub fn alarms(&self) -> Alarms<'_, A> {
        Alarms::new(self.instance())
    }
}

/// How generated code runs a handler.
impl Due {
    /// Runs a synchronous `fn(&mut self)` with the stored arguments.
    pub fn exclusive<A: State, P: DeserializeOwned>(
        &self,
        actor: &mut dyn AnyActor,
        payload: &str,
        handler: impl FnOnce(&mut A, &Ctx<A>, P) -> Result<()>,
    ) -> Result<()> {
        let (actor, ctx) = exclusive(actor);
        handler(actor, ctx, self.arguments(payload)?)
    }

    /// Runs a synchronous `fn(&self)` with the stored arguments.
    pub fn shared<A: State, P: DeserializeOwned>(
        &self,
        actor: &dyn AnyActor,
        payload: &str,
        handler: impl FnOnce(&A, &Ctx<A>, P) -> Result<()>,
    ) -> Result<()> {
        let (actor, ctx) = shared(actor);
        handler(actor, ctx, self.arguments(payload)?)
    }

    /// Runs an asynchronous handler; the alarm is completed when it has succeeded.
    pub async fn run_async<A, P: DeserializeOwned>(
        self,
        ctx: &Ctx<A>,
        handler: impl AsyncFnOnce(P) -> Result<()>,
    ) -> Result<()> {
        let instance = ctx.instance();
        let Some(payload) = self.payload(instance)? else {
            return Ok(());
        };
        let arguments = self.arguments(&payload)?;
        self.complete_after(instance, pin!(handler(arguments)))
            .await
    }

    async fn complete_after(
        &self,
        instance: &Instance,
        mut handler: Pin<&mut dyn Future<Output = Result<()>>>,
    ) -> Result<()> {
        let mut polled = pin!(poll_fn(|cx| {
            let _running = instance.begin_alarm(self.as_run());
            handler.as_mut().poll(cx)
        }));
        match poll_fn(|cx| Poll::Ready(polled.as_mut().poll(cx))).await {
            Poll::Ready(result) => result?,
            Poll::Pending => {
                self.mark_waiting(instance)?;
                polled.await?;
            }
        }
        self.complete(instance)
    }
}
