//! The alarms of an actor: scheduling them, and running their handlers.

use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::pin::pin;
use std::task::Poll;

use serde::de::DeserializeOwned;

use super::Actor;
use super::ctx::Ctx;
use crate::alarms::change::change_once;
use crate::alarms::{Alarm, AlarmId, AlarmList, AlarmState, Due, Plan, list};
use crate::error::Result;
use crate::instance::Instance;
use crate::sql::Params;
use crate::time::{Duration, Timestamp};

/// The actor's alarms, from [`Ctx::alarms`](crate::Ctx::alarms).
///
/// Each `#[alarm]` handler is a method of what [`after`](Self::after),
/// [`at`](Self::at), [`every`](Self::every) and [`cron`](Self::cron) answer, and
/// takes the handler's arguments, which are stored as JSON:
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
/// At their time or, if that has passed, at once; in the order of their times, and
/// of their scheduling where those are the same. Each is a turn of its handler's
/// kind: `async` handlers with `&self` run beside each other, up to 500 of them, and
/// what becomes due while they wait is begun beside them. Up to 500 are begun before
/// requests that wait have their turn again. Alarms are precise to the millisecond, as
/// far as the platform rings in time.
///
/// One that recurs runs once for all the times that it missed, while the object was
/// away or while its own handler took longer than its interval, and then again at
/// its regular times. It never runs beside itself.
///
/// # What is certain
///
/// What a synchronous handler does to the actor's storage happens exactly once: the
/// alarm goes in the same transaction. An `async` handler runs at least once; to
/// do something elsewhere only once, hand over [`AlarmRun::key`](crate::alarms::AlarmRun::key).
///
/// Before alarms run, the next ring is armed, so that the process can be lost at any
/// moment. If the actor can't wake, it is tried again after a minute, and then after as long
/// as the first of them has been due, an hour at most.
///
/// The platform may lose the object's own alarm: it gives up after six failures, and a
/// restored database brings none back. Each wake sees to it, and each turn that schedules
/// an alarm: an earliest alarm that is not armed is armed again. That reads one row at
/// most, and writes nothing where all is well.
///
/// A handler that fails, panics, or takes the process with it is tried again, after
/// a while that doubles: see [`Retry`](crate::alarms::Retry). After its last try an alarm that runs once is
/// set aside, with its error: it is among [`failed`](Self::failed) until
/// [`retry`](Self::retry) or [`discard`](Self::discard). One that recurs goes on at its
/// next time. An alarm whose handler is gone, or takes other arguments now, is set
/// aside at once. Each failure is in the log.
///
/// Which alarm took the process with it is found out, and no other is blamed: after a
/// ring that was cut short, alarms are begun with a durable note, one by one where that
/// is in doubt, and only one that was at work alone has failed a try.
///
/// # Loops
///
/// An alarm whose handler schedules the next one for at once (in less than 100 ms) is a loop
/// that costs 5 rows and a request each time. So 250 of them run one after the other without
/// a wait; the next one waits 100 ms, and each ten more twice as long, up to an hour, which
/// the log is told. The object's other alarms are not held up. A loop that takes 100 ms or
/// more each time is none, nor are many alarms that were scheduled by others.
///
/// # Limits
///
/// A time after 2262-04-11T23:47:16.854Z, an interval of 0, an empty key, and arguments that
/// take more than 2,000,000 bytes as JSON, with the key, are errors. So are arguments that
/// JSON would change, NaN for example: they are read back before they are stored.
///
/// # Costs
///
/// Rows written, of which a million is $1.00: 3 when an alarm is scheduled, one
/// more with a key, 2 when it has run, one more if its `async` handler waited; one when
/// the earliest alarm changes, and 2 for each ring. Each ring is a billed request. An
/// actor whose alarms are not due sleeps, and costs nothing.
pub struct Alarms<'a, A> {
    instance: &'a Instance,
    actor: PhantomData<fn() -> A>,
}

impl<'a, A: Actor> Alarms<'a, A> {
    pub(crate) fn new(instance: &'a Instance) -> Self {
        let actor = PhantomData;
        Self { instance, actor }
    }

    /// An alarm that runs once, when `delay` has passed; counted anew if it is `keyed` and
    /// scheduled again.
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
    /// `#[alarm(every = "5m")]` or `keyed`: one with the same key, handler, interval and
    /// arguments goes on at its times, as if nothing was said. So it may be scheduled at each
    /// wake, in `#[on_init]`, which then reads one row and writes none. With anything else in
    /// it, it takes the place of the one with that key, and begins anew.
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
    /// An expression that is wrong, or that never comes to pass, is an error of the
    /// handler's method; `#[alarm(cron = "0 3 * * MON")]` is checked when it compiles. One that
    /// is `keyed` goes on like that of [`every`](Self::every).
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

    /// Removes the alarm, and answers whether it was still there.
    ///
    /// After `true` it does not begin to run. An `async` handler that is at work is
    /// not stopped, but neither tried again.
    ///
    /// # Errors
    ///
    /// Those of the statement.
    pub fn cancel(self, id: AlarmId) -> Result<bool> {
        self.change("DELETE FROM _actors_alarms WHERE id = ?", (id.0,))
    }

    /// Removes the alarm with that key, and answers whether there was one.
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
        let statement = format!("{} WHERE id = ?", list::SELECT);
        self.instance.own().optional(&statement, (id.0,))
    }

    /// The alarm with that key, if it is there.
    ///
    /// # Errors
    ///
    /// Those of the statement.
    pub fn get_key(self, key: &str) -> Result<Option<Alarm>> {
        let statement = format!("{} WHERE key = ?", list::SELECT);
        self.instance.own().optional(&statement, (key,))
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

    /// Has an alarm that has been set aside run now, with all its tries, and answers
    /// whether there was one.
    ///
    /// # Errors
    ///
    /// Those of the statement.
    pub fn retry(self, id: AlarmId) -> Result<bool> {
        let now = self.instance.now();
        self.change(
            "UPDATE _actors_alarms SET due = ?, attempts = 0 WHERE id = ? AND due IS NULL",
            (now, id.0),
        )
    }

    /// Removes an alarm that has been set aside, and answers whether there was one.
    ///
    /// # Errors
    ///
    /// Those of the statement.
    pub fn discard(self, id: AlarmId) -> Result<bool> {
        self.change(
            "DELETE FROM _actors_alarms WHERE id = ? AND due IS NULL",
            (id.0,),
        )
    }

    /// Whether the statement changed an alarm.
    fn change(self, statement: &str, params: impl Params) -> Result<bool> {
        change_once(self.instance, |instance| {
            instance.own().run(statement, params)
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

/// What generated code runs a handler with.
impl Due {
    /// Runs a synchronous handler, in whose transaction the alarm is completed.
    pub fn run<A, P: DeserializeOwned>(
        self,
        ctx: &Ctx<A>,
        handler: impl FnOnce(P) -> Result<()>,
    ) -> Result<()> {
        let instance = ctx.instance();
        let Some(payload) = self.complete(instance)? else {
            return Ok(()); // somebody has cancelled or moved it
        };
        let arguments = self.arguments(&payload)?;
        instance.within_alarm(self.as_run(), || handler(arguments))
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
        let run = self.as_run();
        let mut handler = pin!(handler(arguments));
        let mut polled = pin!(poll_fn(
            |cx| instance.within_alarm(run, || handler.as_mut().poll(cx))
        ));
        match poll_fn(|cx| Poll::Ready(polled.as_mut().poll(cx))).await {
            Poll::Ready(result) => result?,
            Poll::Pending => {
                self.mark_waiting(instance)?;
                polled.await?;
            }
        }
        self.complete(instance).map(drop)
    }
}
