//! A queue of tasks, and workers that process them.
//!
//! The page is at `/queue`, and watches a queue that moves. Over HTTP:
//!
//! ```sh
//! curl localhost:8787/queues/demo/tasks -d '{"payload": {"millis": 500}, "topic": "mail", "priority": 2}'
//! curl -X PUT localhost:8787/tasks/demo/order-7 --json '{"payload": {}}' # twice: one task
//! curl localhost:8787/queues/demo/claim -d '{"worker": "me", "most": 3}' # each with its `lease`
//! curl -X POST localhost:8787/queues/demo/leases/3/complete # one of these, within 30 seconds
//! curl localhost:8787/queues/demo
//! ```
//!
//! A task is *delayed* until its time has come, then *ready* until somebody claims it. A claim is a
//! lease: who has it reports within its time what came of the task, or that it needs longer. What
//! has failed, or was not heard of again, is delayed and tried again, until it is *dead*, and waits
//! for somebody to look at it. What is done is counted, and gone.
//!
//! Here is what a queue does. What it keeps is in `task`, `pace` and `metrics`; who processes is in
//! `worker`, who looks on in `watch`, and who comes by HTTP in `http_api`.

mod http_api;
mod metrics;
mod pace;
mod task;
mod watch;
mod worker;

use actors_core::prelude::*;
use serde::{Deserialize, Serialize};

pub use http_api::router;
pub use metrics::Slice;
pub use pace::Pace;
pub use task::{Claimed, NewTask, State, Task};
pub use watch::{Event, Status};
pub use worker::{Job, TaskWorker};

use metrics::{METRICS, count};
use task::{back_off, dead, due, leased, next, next_event};

/// What the queue does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// It takes tasks, and gives them out.
    #[default]
    Running,
    /// It takes tasks, and gives none out.
    Paused,
    /// It gives out what is left, and takes none.
    Draining,
}

/// How long a lease lasts, and how many tasks are claimed at once, at most.
const LEASE: Duration = seconds(30);
const CLAIM: u32 = 100;

/// After how long the workers are told again, if nobody has come.
const PATIENCE: Duration = seconds(10);

/// How many workers a queue can have.
const WORKERS: u32 = 5;

/// A queue. Each method is one transaction: a task is in exactly one place, whatever is lost.
#[actor(
    tables(Task, Pace, Slice),
    sockets(path = "/ws", ping = "ping", pong = "pong")
)]
pub struct TaskQueue {
    /// The last number of a task or of a lease.
    #[persist]
    last: u64,
    #[persist]
    mode: Mode,
    #[persist]
    workers: u32,
    /// When the alarm rings that looks for what is due.
    #[persist]
    rings_at: Option<Timestamp>,
    /// When the workers were told that there is something, if nobody has come since. Lost with the
    /// memory, which does no harm: they are told twice.
    told_at: Option<Timestamp>,
}

#[actor]
impl TaskQueue {
    /// Adds a task, and returns its id.
    pub fn enqueue(&mut self, ctx: &Ctx<Self>, task: NewTask) -> Result<u64> {
        if self.mode == Mode::Draining {
            let why = "the queue is draining, and takes no tasks";
            return Err(Error::new(ErrorKind::Conflict, why));
        }
        let task = task.check()?.into_task(self.number(), ctx.now());
        task.insert(ctx)?;
        count(ctx, |slice| slice.added = 1)?;
        let id = task.id;
        self.moved(ctx, task, None)?;
        Ok(id)
    }

    /// Adds a task unless that has been done with this key in the last day: then nothing happens,
    /// and it returns the id from then. Who got no answer calls again with the same key.
    pub fn enqueue_once(
        &mut self,
        ctx: &Ctx<Self>,
        #[once] key: String,
        task: NewTask,
    ) -> Result<u64> {
        let _ = key;
        self.enqueue(ctx, task)
    }

    /// Claims up to so many tasks for so many seconds, 30 if that is none: the most urgent first,
    /// and the oldest of these.
    pub fn claim(
        &mut self,
        ctx: &Ctx<Self>,
        worker: String,
        most: u32,
        lease: Option<u32>,
    ) -> Result<Vec<Claimed>> {
        self.told_at = None;
        self.ripen(ctx)?;
        let mut claimed = Vec::new();
        if self.mode == Mode::Paused {
            return Ok(claimed);
        }
        let lease = lease.map_or(LEASE, |lease| seconds(lease.into()));
        let until = ctx.now() + lease;
        while claimed.len() < most.min(CLAIM) as usize
            && let Some(task) = next(ctx)?
        {
            claimed.push(self.lease(ctx, task, &worker, until)?);
        }
        Ok(claimed)
    }

    /// Makes a lease last 30 seconds from now, and returns until when that is. An error says that
    /// somebody else may have the task: drop it.
    pub fn heartbeat(&mut self, ctx: &Ctx<Self>, lease: u64) -> Result<Timestamp> {
        let mut task = leased(ctx, lease)?;
        task.due = task.due.max(ctx.now() + LEASE);
        task.update(ctx)?;
        Ok(task.due)
    }

    /// The task is done. An error says that the lease is over: then it counts as not done, and
    /// somebody else does it, so what a worker does has to bear being done again.
    pub fn complete(&mut self, ctx: &Ctx<Self>, lease: u64) -> Result<()> {
        let task = leased(ctx, lease)?;
        Task::delete(ctx, task.id)?;
        count(ctx, |slice| slice.done = 1)?;
        watch::gone(ctx, &task, true)
    }

    /// The task has failed: it is tried again later, or is dead. Returns where it is now.
    pub fn fail(&mut self, ctx: &Ctx<Self>, lease: u64, error: String) -> Result<State> {
        let task = leased(ctx, lease)?;
        self.failed(ctx, task, error)
    }

    /// Puts a dead task back, with all its attempts, or all dead tasks; returns how many it were.
    pub fn put_back(&mut self, ctx: &Ctx<Self>, id: Option<u64>) -> Result<u32> {
        let dead = dead(ctx, id)?;
        for task in &dead {
            let task = Task {
                state: State::Ready,
                attempts: 0,
                due: ctx.now(),
                ..task.clone()
            };
            task.update(ctx)?;
            self.moved(ctx, task, Some(State::Dead))?;
        }
        Ok(dead.len() as u32)
    }

    /// Discards a dead task, or all of them; returns how many it were.
    pub fn discard(&mut self, ctx: &Ctx<Self>, id: Option<u64>) -> Result<u32> {
        let dead = dead(ctx, id)?;
        for task in &dead {
            Task::delete(ctx, task.id)?;
            watch::gone(ctx, task, false)?;
        }
        Ok(dead.len() as u32)
    }

    /// Lets the queue run, pauses it, or drains it.
    pub fn set_mode(&mut self, ctx: &Ctx<Self>, mode: Mode) -> Result<()> {
        self.mode = mode;
        self.tell_workers(ctx)?;
        self.changed(ctx)
    }

    /// Limits how many tasks of a topic are claimed in a minute, evenly over its time; none lifts
    /// the limit.
    pub fn set_pace(
        &mut self,
        ctx: &Ctx<Self>,
        topic: String,
        per_minute: Option<u32>,
    ) -> Result<()> {
        match per_minute {
            Some(per_minute) => Pace::new(topic, per_minute, ctx.now())?.upsert(ctx)?,
            None => drop(Pace::delete(ctx, &topic)?),
        }
        self.tell_workers(ctx)?;
        self.changed(ctx)
    }

    /// Has so many workers process the tasks, at most 5.
    ///
    /// To call them is the alarm's: it is in the transaction of the number, and goes on until
    /// they have heard it.
    pub fn employ(&mut self, ctx: &Ctx<Self>, workers: u32) -> Result<()> {
        if workers > WORKERS {
            return Err(Error::invalid(format!(
                "a queue has at most {WORKERS} workers"
            )));
        }
        self.workers = workers;
        ctx.alarms().at(ctx.now()).keyed("workers").call_workers()?;
        self.changed(ctx)
    }

    /// Returns how the queue is.
    pub fn status(&self, ctx: &Ctx<Self>) -> Result<Status> {
        Status::of(ctx, self.mode, self.workers)
    }

    /// Returns what happened since then, at most a day ago, in slices of ten seconds.
    pub fn metrics(&self, ctx: &Ctx<Self>, since: Timestamp) -> Result<Vec<Slice>> {
        sql!(Slice => "SELECT * FROM slices WHERE at >= {since} ORDER BY at").all(ctx)
    }

    #[on_request]
    fn answer(&mut self, ctx: &Ctx<Self>, request: Request<String>) -> Result<Response> {
        self.over_http(ctx, &request)
    }

    #[on_connect]
    fn watch(&self, ctx: &Ctx<Self>) -> Result<Admission<()>> {
        Ok(Admission::new(()).greet(&Event::Welcome {
            status: self.status(ctx)?,
            tasks: watch::shown(ctx)?,
            slices: self.metrics(ctx, ctx.now() - minutes(10))?,
        }))
    }

    /// Rings when a delay or a lease is over, when a topic is free again, or when the workers may
    /// not have heard that there is something.
    #[alarm]
    fn ring(&mut self, ctx: &Ctx<Self>) -> Result<()> {
        self.rings_at = None;
        self.ripen(ctx)?;
        if next(ctx)?.is_some() {
            self.tell_workers(ctx)?;
        }
        match next_event(ctx)? {
            Some(at) => self.ring_at(ctx, at),
            None => Ok(()),
        }
    }

    /// Starts the workers that the queue is to have, and stops the others. An asynchronous alarm
    /// runs at least once: both can be done again.
    #[alarm]
    async fn call_workers(&self, ctx: &Ctx<Self>) -> Result<()> {
        for number in 1..=WORKERS {
            let worker = self.worker(ctx, number)?;
            match number <= self.workers {
                true => worker.nudge().await?,
                false => worker.stop().await?,
            }
        }
        Ok(())
    }

    #[alarm(every = "1h")]
    fn forget_old_metrics(&mut self, ctx: &Ctx<Self>) -> Result<()> {
        let cutoff = ctx.now() - METRICS;
        sql!(Slice => "DELETE FROM slices WHERE at < {cutoff}").run(ctx)?;
        Ok(())
    }

    fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    fn lease(
        &mut self,
        ctx: &Ctx<Self>,
        mut task: Task,
        worker: &str,
        until: Timestamp,
    ) -> Result<Claimed> {
        let lease = self.number();
        task.state = State::Leased;
        task.attempts += 1;
        task.due = until;
        task.lease = Some(lease);
        task.worker = Some(worker.to_owned());
        task.update(ctx)?;
        if let Some(free_at) = pace::take_turn(ctx, &task.topic)? {
            self.ring_at(ctx, free_at)?; // the next task of that topic waits until then
        }
        let claimed = Claimed {
            id: task.id,
            lease,
            until,
            attempt: task.attempts,
            topic: task.topic.clone(),
            payload: task.payload.clone(),
        };
        self.moved(ctx, task, Some(State::Ready))?;
        Ok(claimed)
    }

    /// Moves what is due: delayed tasks are ready, and leases are over.
    fn ripen(&mut self, ctx: &Ctx<Self>) -> Result<()> {
        for task in due(ctx, State::Delayed)? {
            let task = Task {
                state: State::Ready,
                ..task
            };
            task.update(ctx)?;
            self.moved(ctx, task, Some(State::Delayed))?;
        }
        for task in due(ctx, State::Leased)? {
            self.failed(ctx, task, "its lease ran out".to_owned())?;
        }
        Ok(())
    }

    /// An attempt has failed: the task is delayed, or dead.
    fn failed(&mut self, ctx: &Ctx<Self>, task: Task, error: String) -> Result<State> {
        let is_dead = task.attempts >= task.max_attempts;
        let (state, wait) = match is_dead {
            true => (State::Dead, Duration::ZERO),
            false => (State::Delayed, back_off(task.attempts)),
        };
        let task = Task {
            state,
            due: ctx.now() + wait,
            lease: None,
            error: Some(error),
            ..task
        };
        task.update(ctx)?;
        count(ctx, |slice| {
            (slice.failed, slice.died) = (1, is_dead.into())
        })?;
        self.moved(ctx, task, Some(State::Leased))?;
        Ok(state)
    }

    /// A task is somewhere else now: whoever has to know does.
    fn moved(&mut self, ctx: &Ctx<Self>, task: Task, from: Option<State>) -> Result<()> {
        match task.state {
            State::Delayed | State::Leased => self.ring_at(ctx, task.due)?,
            State::Ready => self.tell_workers(ctx)?,
            State::Dead => {}
        }
        ctx.sockets().send(&Event::Moved { task, from }).map(drop)
    }

    fn changed(&mut self, ctx: &Ctx<Self>) -> Result<()> {
        let status = self.status(ctx)?;
        ctx.sockets().send(&Event::Changed { status }).map(drop)
    }

    /// Has the alarm ring by then. One that rings before it is needed finds the next time itself:
    /// to set it back each time would cost more.
    fn ring_at(&mut self, ctx: &Ctx<Self>, at: Timestamp) -> Result<()> {
        if self.rings_at.is_some_and(|set| set <= at) {
            return Ok(());
        }
        self.rings_at = Some(at);
        ctx.alarms().at(at).keyed("ring").ring().map(drop)
    }

    /// Tells the workers that there is something to do. No turn waits for that, and it may be lost:
    /// so the alarm looks whether anybody has come, and tells them again.
    fn tell_workers(&mut self, ctx: &Ctx<Self>) -> Result<()> {
        let now = ctx.now();
        let is_told = self.told_at.is_some_and(|told_at| now - told_at < PATIENCE);
        if is_told || self.workers == 0 || self.mode == Mode::Paused {
            return Ok(());
        }
        self.told_at = Some(now);
        self.ring_at(ctx, now + PATIENCE)?;
        for number in 1..=self.workers {
            let worker = self.worker(ctx, number)?;
            ctx.wait_until(async move { worker.nudge().await });
        }
        Ok(())
    }

    fn worker(&self, ctx: &Ctx<Self>, number: u32) -> Result<<TaskWorker as Actor>::Stub> {
        let queue = ctx.name().unwrap_or_default();
        TaskWorker::get(ctx.env(), &format!("{queue}/{number}"))
    }
}
