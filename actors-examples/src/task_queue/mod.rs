//! A queue of tasks, and workers that process them.
//!
//! The page is at `/queue`, and watches a queue that moves. Over HTTP:
//!
//! ```sh
//! curl localhost:8787/queues/demo/tasks -d '{"payload": {"millis": 500}, "topic": "mail", "priority": 2}'
//! curl -X PUT localhost:8787/tasks/demo/order-7 --json '{"payload": {}}' # twice: one task
//! curl localhost:8787/queues/demo/claim -d '{"worker": "me", "most": 3}'
//! curl -X POST localhost:8787/queues/demo/leases/2/complete
//! curl localhost:8787/queues/demo
//! ```
//!
//! A task is *delayed* until its time has come, then *ready* until somebody claims it. A claim is a
//! lease: who has it reports within its time what came of the task, or that it needs longer. What
//! has failed, or was not heard of again, is delayed and tried again, until it is *dead*, and waits
//! for somebody to look at it. What is done is counted, and gone.

mod http_api;
mod worker;

use actors_core::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use http_api::router;
pub use worker::{Job, TaskWorker};

/// A task.
#[sql_table(
    name = "tasks",
    // Which task is next, and which is due next: each a look at one row.
    index(next_ready(state, priority, due, id), next_due(state, due))
)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Ascending, in the order in which tasks were added; never used again.
    #[sql(primary_key)]
    pub id: u64,
    /// Where it is.
    pub state: State,
    /// What the worker gets.
    #[sql(json)]
    pub payload: Value,
    /// Tasks of one topic share a limit.
    pub topic: String,
    /// 0 goes first.
    pub priority: u8,
    /// From when it is ready, or until when it is leased.
    pub due: Timestamp,
    /// How often it has been claimed.
    pub attempts: u32,
    /// How often it is tried before it is dead.
    pub max_attempts: u32,
    /// The number of its lease, which no other lease has had.
    #[sql(unique)]
    pub lease: Option<u64>,
    /// Who has it, or had it last.
    pub worker: Option<String>,
    /// Why the last attempt failed.
    pub error: Option<String>,
}

/// Where a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SqlValue, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Its time has not come.
    Delayed,
    /// It can be claimed.
    Ready,
    /// Somebody has it.
    Leased,
    /// It has failed for good.
    Dead,
}

/// A task to add.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewTask {
    /// What the worker gets.
    pub payload: Value,
    /// Tasks of one topic share a limit.
    pub topic: String,
    /// 0 goes first; 5 if it is none.
    pub priority: Option<u8>,
    /// After how many seconds it is ready.
    pub delay: u32,
    /// How often it is tried; 5 times if it is none.
    pub max_attempts: Option<u32>,
}

/// A task that somebody has claimed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claimed {
    /// The task's id.
    pub id: u64,
    /// What shows that the task is yours.
    pub lease: u64,
    /// When somebody else may claim it.
    pub until: Timestamp,
    /// Which attempt this is: 1 is the first.
    pub attempt: u32,
    /// The task's topic.
    pub topic: String,
    /// What to do.
    pub payload: Value,
}

/// How often tasks of a topic may be claimed.
#[sql_table(name = "paces")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pace {
    /// The topic.
    #[sql(primary_key)]
    pub topic: String,
    /// How many milliseconds there are from one claim to the next.
    pub interval: u64,
    /// When the next one may come.
    pub free_at: Timestamp,
}

/// What happened in ten seconds.
#[sql_table(name = "slices")]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Slice {
    /// When they began.
    #[sql(primary_key)]
    pub at: Timestamp,
    /// How many tasks were added.
    pub added: u64,
    /// How many were done.
    pub done: u64,
    /// How many attempts failed.
    pub failed: u64,
    /// How many tasks died.
    pub died: u64,
}

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

/// How the queue is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// What it does.
    pub mode: Mode,
    /// How many workers it has.
    pub workers: u32,
    /// How many tasks are delayed.
    pub delayed: u64,
    /// How many can be claimed.
    pub ready: u64,
    /// How many somebody has.
    pub leased: u64,
    /// How many have failed for good.
    pub dead: u64,
    /// The limits of topics.
    pub paces: Vec<Pace>,
}

/// What those who watch are told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Event {
    /// First of all: how the queue is.
    Welcome {
        /// In numbers.
        status: Status,
        /// Some of its tasks.
        tasks: Vec<Task>,
        /// The last ten minutes.
        slices: Vec<Slice>,
    },
    /// A task is new, or somewhere else.
    Moved {
        /// How it is now.
        task: Task,
        /// Where it was; nowhere if it is new.
        from: Option<State>,
    },
    /// A task is no longer there.
    Gone {
        /// Which.
        id: u64,
        /// Where it was.
        from: State,
        /// Whether it was done, or else discarded.
        done: bool,
    },
    /// The queue does something else, has other workers or other limits.
    Changed {
        /// How it is.
        status: Status,
    },
}

/// How long a lease lasts, and how many tasks are claimed at once, at most.
const LEASE: Duration = seconds(30);
const CLAIM: u32 = 100;

/// After how long the workers are told again, if nobody has come.
const PATIENCE: Duration = seconds(10);

/// How long the first wait after a failure is; each further one is twice as long, up to the cap.
const BACK_OFF: Duration = seconds(1);
const BACK_OFF_CAP: Duration = hours(1);

/// How long a slice of the metrics is, and for how long they are kept.
const SLICE: Duration = seconds(10);
const METRICS: Duration = days(1);

/// The largest payload, in bytes of JSON, and the longest topic.
const PAYLOAD: usize = 65_536;
const TOPIC: usize = 100;

/// How many tasks become due in one transaction.
const BATCH: u32 = 500;

/// How many workers a queue can have, and how many tasks one who begins to watch is told of.
const WORKERS: u32 = 5;
const SHOWN: u32 = 200;

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
        gone(ctx, &task, true)
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
            gone(ctx, task, false)?;
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
        let Some(per_minute) = per_minute else {
            Pace::delete(ctx, &topic)?;
            self.tell_workers(ctx)?;
            return self.changed(ctx);
        };
        let Some(interval) = 60_000_u64.checked_div(per_minute.into()) else {
            return Err(Error::invalid("a topic has at least one task a minute"));
        };
        let free_at = ctx.now();
        Pace {
            topic,
            interval,
            free_at,
        }
        .upsert(ctx)?;
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
        let mut status = Status {
            mode: self.mode,
            workers: self.workers,
            delayed: 0,
            ready: 0,
            leased: 0,
            dead: 0,
            paces: Pace::all(ctx)?,
        };
        let counts = sql!(Task => "SELECT state, COUNT(*) AS tasks: u64 FROM tasks GROUP BY state");
        counts.for_each(ctx, |row| {
            *match row.state {
                State::Delayed => &mut status.delayed,
                State::Ready => &mut status.ready,
                State::Leased => &mut status.leased,
                State::Dead => &mut status.dead,
            } = row.tasks;
            Ok(())
        })?;
        Ok(status)
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
        let tasks =
            sql!(Task => "SELECT * FROM tasks ORDER BY state, priority, due, id LIMIT {SHOWN}");
        Ok(Admission::new(()).greet(&Event::Welcome {
            status: self.status(ctx)?,
            tasks: tasks.all(ctx)?,
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
        self.take_turn(ctx, &task.topic)?;
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

    /// If the topic has a pace, the next of its tasks has to wait, and the alarm sees to it then.
    fn take_turn(&mut self, ctx: &Ctx<Self>, topic: &str) -> Result<()> {
        let now = ctx.now();
        let free_at = sql!(Pace => "UPDATE paces SET free_at = {now} + interval WHERE topic = {topic}
                                    RETURNING free_at");
        match free_at.optional(ctx)? {
            Some(free_at) => self.ring_at(ctx, free_at),
            None => Ok(()),
        }
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

impl NewTask {
    fn check(self) -> Result<Self> {
        if self.payload.to_string().len() > PAYLOAD {
            return Err(Error::invalid(format!(
                "a payload has at most {PAYLOAD} bytes"
            )));
        }
        if self.topic.len() > TOPIC {
            return Err(Error::invalid(format!("a topic has at most {TOPIC} bytes")));
        }
        if self.max_attempts == Some(0) {
            return Err(Error::invalid("a task is tried at least once"));
        }
        Ok(self)
    }

    fn into_task(self, id: u64, now: Timestamp) -> Task {
        Task {
            id,
            state: match self.delay {
                0 => State::Ready,
                _ => State::Delayed,
            },
            payload: self.payload,
            topic: self.topic,
            priority: self.priority.unwrap_or(5),
            due: now + seconds(self.delay.into()),
            attempts: 0,
            max_attempts: self.max_attempts.unwrap_or(5),
            lease: None,
            worker: None,
            error: None,
        }
    }
}

/// The next task to claim: one whose topic is free.
fn next(ctx: &Ctx<TaskQueue>) -> Result<Option<Task>> {
    let (now, ready) = (ctx.now(), State::Ready);
    sql!(Task, Pace => "SELECT * FROM tasks WHERE state = {ready}
                        AND topic NOT IN (SELECT topic FROM paces WHERE free_at > {now})
                        ORDER BY priority, due, id LIMIT 1")
    .optional(ctx)
}

/// The task with that lease, if that still lasts.
fn leased(ctx: &Ctx<TaskQueue>, lease: u64) -> Result<Task> {
    let now = ctx.now();
    let task = sql!(Task => "SELECT * FROM tasks WHERE lease = {lease} AND due > {now}");
    let over = || Error::new(ErrorKind::Conflict, format!("lease {lease} is over"));
    task.optional(ctx)?.ok_or_else(over)
}

/// The dead task with that id, or all of them.
fn dead(ctx: &Ctx<TaskQueue>, id: Option<u64>) -> Result<Vec<Task>> {
    let dead = State::Dead;
    sql!(Task => "SELECT * FROM tasks WHERE state = {dead} {this} ORDER BY id",
        this = if let Some(id) = id { "AND id = {id}" })
    .all(ctx)
}

/// The tasks in that state whose time has come; of very many the rest comes next.
fn due(ctx: &Ctx<TaskQueue>, state: State) -> Result<Vec<Task>> {
    let now = ctx.now();
    sql!(Task => "SELECT * FROM tasks WHERE state = {state} AND due <= {now} ORDER BY due LIMIT {BATCH}")
        .all(ctx)
}

/// When something is due next, if anything is.
fn next_event(ctx: &Ctx<TaskQueue>) -> Result<Option<Timestamp>> {
    let (delayed, leased, ready) = (State::Delayed, State::Leased, State::Ready);
    let now = ctx.now();
    let due = sql!(Task => "SELECT due FROM tasks WHERE state = {delayed} ORDER BY due LIMIT 1");
    let over = sql!(Task => "SELECT due FROM tasks WHERE state = {leased} ORDER BY due LIMIT 1");
    let free = sql!(Task, Pace => "SELECT free_at FROM paces WHERE free_at > {now}
                    AND topic IN (SELECT topic FROM tasks WHERE state = {ready}) ORDER BY free_at LIMIT 1");
    let times = [due.optional(ctx)?, over.optional(ctx)?, free.optional(ctx)?];
    Ok(times.into_iter().flatten().min())
}

/// A task is no longer there.
fn gone(ctx: &Ctx<TaskQueue>, task: &Task, done: bool) -> Result<()> {
    let (id, from) = (task.id, task.state);
    ctx.sockets()
        .send(&Event::Gone { id, from, done })
        .map(drop)
}

/// Adds to the numbers of these ten seconds.
fn count(ctx: &Ctx<TaskQueue>, what: impl FnOnce(&mut Slice)) -> Result<()> {
    let slice = SLICE.as_millis() as i64;
    let at = Timestamp::from_millis(ctx.now().as_millis() / slice * slice);
    let mut more = Slice::default();
    what(&mut more);
    let Slice {
        added,
        done,
        failed,
        died,
        ..
    } = more;
    sql!(Slice => "INSERT INTO slices (at, added, done, failed, died)
                   VALUES ({at}, {added}, {done}, {failed}, {died})
                   ON CONFLICT (at) DO UPDATE SET added = added + excluded.added,
                   done = done + excluded.done, failed = failed + excluded.failed,
                   died = died + excluded.died")
    .run(ctx)?;
    Ok(())
}

/// How long a task waits after that many attempts.
fn back_off(attempts: u32) -> Duration {
    let doubled = 2_u32.saturating_pow(attempts.saturating_sub(1));
    BACK_OFF.saturating_mul(doubled).min(BACK_OFF_CAP)
}
