//! Tasks, and where they are.

use actors_core::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::TaskQueue;
use super::pace::Pace;

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

/// The largest payload, in bytes of JSON, and the longest topic.
const PAYLOAD: usize = 65_536;
const TOPIC: usize = 100;

/// How long the first wait after a failure is; each further one is twice as long, up to the cap.
const BACK_OFF: Duration = seconds(1);
const BACK_OFF_CAP: Duration = hours(1);

/// How many tasks become due in one transaction.
const BATCH: u32 = 500;

impl NewTask {
    pub(super) fn check(self) -> Result<Self> {
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

    pub(super) fn into_task(self, id: u64, now: Timestamp) -> Task {
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

/// How long a task waits after that many attempts.
pub(super) fn back_off(attempts: u32) -> Duration {
    let doubled = 2_u32.saturating_pow(attempts.saturating_sub(1));
    BACK_OFF.saturating_mul(doubled).min(BACK_OFF_CAP)
}

/// The next task to claim: one whose topic is free.
pub(super) fn next(ctx: &Ctx<TaskQueue>) -> Result<Option<Task>> {
    let (now, ready) = (ctx.now(), State::Ready);
    sql!(Task, Pace => "SELECT * FROM tasks WHERE state = {ready}
                        AND topic NOT IN (SELECT topic FROM paces WHERE free_at > {now})
                        ORDER BY priority, due, id LIMIT 1")
    .optional(ctx)
}

/// The task with that lease, if that still lasts.
pub(super) fn leased(ctx: &Ctx<TaskQueue>, lease: u64) -> Result<Task> {
    let now = ctx.now();
    let task = sql!(Task => "SELECT * FROM tasks WHERE lease = {lease} AND due > {now}");
    let over = || Error::new(ErrorKind::Conflict, format!("lease {lease} is over"));
    task.optional(ctx)?.ok_or_else(over)
}

/// The dead task with that id, or all of them.
pub(super) fn dead(ctx: &Ctx<TaskQueue>, id: Option<u64>) -> Result<Vec<Task>> {
    let dead = State::Dead;
    sql!(Task => "SELECT * FROM tasks WHERE state = {dead} {this} ORDER BY id",
        this = if let Some(id) = id { "AND id = {id}" })
    .all(ctx)
}

/// The tasks in that state whose time has come; of very many the rest comes next.
pub(super) fn due(ctx: &Ctx<TaskQueue>, state: State) -> Result<Vec<Task>> {
    let now = ctx.now();
    sql!(Task => "SELECT * FROM tasks WHERE state = {state} AND due <= {now} ORDER BY due LIMIT {BATCH}")
        .all(ctx)
}

/// When something is due next, if anything is.
pub(super) fn next_event(ctx: &Ctx<TaskQueue>) -> Result<Option<Timestamp>> {
    let (delayed, leased, ready) = (State::Delayed, State::Leased, State::Ready);
    let now = ctx.now();
    let due = sql!(Task => "SELECT due FROM tasks WHERE state = {delayed} ORDER BY due LIMIT 1");
    let over = sql!(Task => "SELECT due FROM tasks WHERE state = {leased} ORDER BY due LIMIT 1");
    let free = sql!(Task, Pace => "SELECT free_at FROM paces WHERE free_at > {now}
                    AND topic IN (SELECT topic FROM tasks WHERE state = {ready}) ORDER BY free_at LIMIT 1");
    let times = [due.optional(ctx)?, over.optional(ctx)?, free.optional(ctx)?];
    Ok(times.into_iter().flatten().min())
}
