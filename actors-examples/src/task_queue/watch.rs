//! What those who watch a queue see.

use actors_core::prelude::*;
use serde::{Deserialize, Serialize};

use super::metrics::Slice;
use super::pace::Pace;
use super::task::{State, Task};
use super::{Mode, TaskQueue};

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

/// How many tasks somebody who begins to watch is told of.
const SHOWN: u32 = 200;

impl Status {
    pub(super) fn of(ctx: &Ctx<TaskQueue>, mode: Mode, workers: u32) -> Result<Self> {
        let mut status = Self {
            mode,
            workers,
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
}

/// Some tasks, for whoever begins to watch.
pub(super) fn shown(ctx: &Ctx<TaskQueue>) -> Result<Vec<Task>> {
    sql!(Task => "SELECT * FROM tasks ORDER BY state, priority, due, id LIMIT {SHOWN}").all(ctx)
}

/// Tells those who watch that a task is no longer there.
pub(super) fn gone(ctx: &Ctx<TaskQueue>, task: &Task, done: bool) -> Result<()> {
    let (id, from) = (task.id, task.state);
    ctx.sockets()
        .send(&Event::Gone { id, from, done })
        .map(drop)
}
