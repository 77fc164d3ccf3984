//! A durable task by hand, which is easily wrong: it takes a step, writes, waits for a signal, and
//! writes again, as the recipe `swew` says.

use actors_core::prelude::*;
use actors_fixtures::workshop::{Effect, Seen, effects, hear};

use super::bugs::Peer;

/// A task.
#[sql_table(name = "works")]
pub struct Work {
    #[sql(primary_key)]
    number: u32,
    /// Which mistake it makes.
    how: String,
    is_waiting: bool,
    is_done: bool,
}

/// What a task has done.
#[sql_table(name = "journal", primary_key(task, place))]
pub struct Entry {
    task: u32,
    place: u32,
    value: u64,
}

/// What was signalled to a task.
#[sql_table(name = "signals")]
pub struct Signal {
    #[sql(primary_key, auto)]
    id: u64,
    task: u32,
    value: u64,
}

#[actor(tables(Work, Entry, Signal, Effect))]
pub struct ByHand {}

#[actor]
impl ByHand {
    pub async fn start(&self, ctx: &Ctx<Self>, number: u32, how: String) -> Result<()> {
        if Work::get(ctx, number)?.is_some() {
            return Ok(());
        }
        let is_armed_late = how == "wake not armed";
        let work = Work {
            number,
            how,
            is_waiting: false,
            is_done: false,
        };
        work.insert(ctx)?;
        if is_armed_late {
            pause(ctx).await?;
        }
        wake(ctx, number)
    }

    pub fn signal(&mut self, ctx: &Ctx<Self>, number: u32, value: u64) -> Result<()> {
        let work = Work::get(ctx, number)?;
        let mut work = work.ok_or_else(|| Error::not_found("no such task"))?;
        if work.how == "event lost" && !work.is_waiting {
            return Ok(());
        }
        let signal = Signal {
            id: 0,
            task: number,
            value,
        };
        signal.insert(ctx)?;
        if work.is_waiting {
            work.is_waiting = false;
            work.upsert(ctx)?;
            wake(ctx, number)?;
        }
        Ok(())
    }

    pub fn seen(&self, ctx: &Ctx<Self>, number: u32) -> Result<Seen> {
        let state = match Work::get(ctx, number)? {
            None => "",
            Some(work) if work.is_done => "done",
            Some(work) if work.is_waiting => "awaits",
            Some(_) => "under way",
        };
        let got = "SELECT value FROM journal WHERE task = ? AND place IN (0, 2) ORDER BY place";
        Ok(Seen {
            state: state.to_owned(),
            result: ctx.sql().all(got, (number,))?,
            effects: effects(ctx, number)?,
        })
    }

    #[alarm(retry(max = 99, base = "20ms", cap = "100ms"))]
    async fn go_on(&mut self, ctx: &Ctx<Self>, number: u32) -> Result<()> {
        let Some(mut work) = Work::get(ctx, number)? else {
            return Ok(());
        };
        let heard = match Entry::get(ctx, number, 0)? {
            Some(entry) => entry.value,
            None => {
                let heard = hear(ctx.env(), number, 0, ctx.now()).await?;
                journal(ctx, number, 0, heard)?;
                heard
            }
        };
        write(ctx, &work, 1, heard).await?;
        let signalled = match Entry::get(ctx, number, 2)? {
            Some(entry) => Some(entry.value),
            None => take(ctx, number)?,
        };
        let Some(signalled) = signalled else {
            work.is_waiting = true;
            return work.upsert(ctx);
        };
        write(ctx, &work, 3, signalled).await?;
        work.is_done = true;
        work.upsert(ctx)
    }
}

async fn pause(ctx: &Ctx<ByHand>) -> Result<()> {
    Peer::get(ctx.env(), "p")?.nod().await
}

fn wake(ctx: &Ctx<ByHand>, number: u32) -> Result<()> {
    let key = number.to_string();
    let alarm = ctx.alarms().after(Duration::ZERO).keyed(&key);
    alarm.go_on(number).map(drop)
}

fn journal(ctx: &Ctx<ByHand>, task: u32, place: u32, value: u64) -> Result<()> {
    Entry { task, place, value }.insert(ctx)
}

/// Writes an effect and its entry in the journal: together, if the task makes no mistake.
async fn write(ctx: &Ctx<ByHand>, work: &Work, place: u32, value: u64) -> Result<()> {
    let number = work.number;
    if Entry::get(ctx, number, place)?.is_some() {
        return Ok(());
    }
    let effect = || Effect::new(number, place, value).insert(ctx).map(drop);
    let journal = || journal(ctx, number, place, value);
    match &*work.how {
        "journal after effect" => {
            effect()?;
            pause(ctx).await?;
            journal()
        }
        "effect after journal" => {
            journal()?;
            pause(ctx).await?;
            effect()
        }
        _ => ctx.transaction(|| effect().and_then(|()| journal())),
    }
}

/// Takes a signal, and notes that, in one transaction.
fn take(ctx: &Ctx<ByHand>, number: u32) -> Result<Option<u64>> {
    ctx.transaction(|| {
        let first = "DELETE FROM signals WHERE id = \
                     (SELECT MIN(id) FROM signals WHERE task = ?) RETURNING value";
        let value: Option<u64> = ctx.sql().optional(first, (number,))?;
        if let Some(value) = value {
            journal(ctx, number, 2, value)?;
        }
        Ok(value)
    })
}
