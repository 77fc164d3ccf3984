//! A worker: it claims tasks of its queue, does them, and says what came of them.

use std::cell::Cell;

use actors_core::prelude::*;
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};

use super::{Claimed, LEASE, TaskQueue};

/// What a payload asks of the worker: here it is only made up.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Job {
    /// How long it takes.
    pub millis: u32,
    /// How many attempts fail.
    pub failures: u32,
}

/// How many tasks it has at a time.
const MOST: u32 = 10;

/// After how long an alarm makes room for the next: the platform ends one of 15 minutes.
const SHIFT: Duration = minutes(5);

/// The worker `queue/1` is the first one of the queue `queue`, and so on.
///
/// All of its methods are `&self`: they run beside what it is doing, so nobody who calls it waits
/// until it is done. The queue calls the worker and the worker calls the queue, and neither waits
/// for itself.
#[actor]
pub struct TaskWorker {
    /// Whether it is processing tasks, and whether it has been told meanwhile that there are more.
    is_busy: Cell<bool>,
    is_needed: Cell<bool>,
}

#[actor]
impl TaskWorker {
    /// There is something to do. It is the alarm that does it: that outlives the call.
    pub fn nudge(&self, ctx: &Ctx<Self>) -> Result<()> {
        let now = ctx.alarms().at(ctx.now()).keyed("now");
        now.process_pending_tasks().map(drop)
    }

    /// Lets it end, and not come again: what it is doing, it finishes.
    pub fn stop(&self, ctx: &Ctx<Self>) -> Result<()> {
        ctx.destroy()
    }

    /// Processes what there is, at most 10 tasks at a time. It runs when there is a nudge, and
    /// in any case every 30 seconds.
    #[alarm(every = "30s")]
    async fn process_pending_tasks(&self, ctx: &Ctx<Self>) -> Result<()> {
        if self.is_busy.replace(true) {
            self.is_needed.set(true);
            return Ok(());
        }
        let result = self.process(ctx).await;
        self.is_busy.set(false);
        result
    }

    async fn process(&self, ctx: &Ctx<Self>) -> Result<()> {
        let name = ctx.name().unwrap_or_default();
        let queue = name.rsplit_once('/').map_or("", |(queue, _)| queue);
        let queue = TaskQueue::get(ctx.env(), queue)?;
        let end = ctx.now() + SHIFT;
        loop {
            self.is_needed.set(false);
            let tasks = queue.claim(name.clone(), MOST, None).await?;
            if tasks.is_empty() && !self.is_needed.get() {
                return Ok(());
            }
            join_all(tasks.iter().map(|task| perform(ctx, &queue, task))).await;
            if ctx.now() > end {
                return self.nudge(ctx);
            }
        }
    }
}

/// Does a task, and says what came of it. If that fails, there is nothing left to do here: once the
/// lease is over, the queue gives the task to somebody else.
async fn perform(ctx: &Ctx<TaskWorker>, queue: &<TaskQueue as Actor>::Stub, task: &Claimed) {
    let _ = match work(ctx, queue, task).await {
        Ok(()) => queue.complete(task.lease).await,
        Err(error) => {
            let failed = queue.fail(task.lease, error.message().to_owned());
            failed.await.map(drop)
        }
    };
}

/// Does what the payload says, with a sign of life well before the lease is over.
async fn work(
    ctx: &Ctx<TaskWorker>,
    queue: &<TaskQueue as Actor>::Stub,
    task: &Claimed,
) -> Result<()> {
    let job: Job = serde_json::from_value(task.payload.clone()).unwrap_or_default();
    let mut left = Duration::from_millis(job.millis.into());
    while left > LEASE / 3 {
        ctx.sleep(LEASE / 3).await;
        left -= LEASE / 3;
        queue.heartbeat(task.lease).await?;
    }
    ctx.sleep(left).await;
    match task.attempt > job.failures {
        true => Ok(()),
        false => Err(Error::internal("it failed, as it was to")),
    }
}
