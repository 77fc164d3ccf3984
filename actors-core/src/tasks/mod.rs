//! Durable tasks: work that goes on after the process is lost.
//!
//! A Durable Object is evicted, redeployed and killed in the middle of long work. A task is an
//! `async` method that survives that: what it has done is in a journal, in the same database as the
//! actor's own data. When the process is lost, the method runs again from its first line, and gets
//! from the journal what it has done before, until it comes to what it has not.
//!
//! ```
//! use actors_core::prelude::*;
//! # #[derive(Clone, serde::Serialize, serde::Deserialize)] pub struct Blueprint { title: String }
//! # #[derive(serde::Serialize, serde::Deserialize)] pub struct Plan { files: Vec<String> }
//! # async fn ask(run: &Run<CodeAgent>, what: &str) -> Result<String> {
//! #     Ok(format!("fn {what}() {{}}"))
//! # }
//! # async fn plan(_: &Run<CodeAgent>, blueprint: &Blueprint) -> Result<Plan> {
//! #     Ok(Plan { files: vec![blueprint.title.clone()] })
//! # }
//! # #[sql_table(name = "files")]
//! # pub struct File { #[sql(primary_key)] path: String, text: String }
//!
//! #[actor(tables(File))]
//! pub struct CodeAgent {
//!     #[persist]
//!     files: u32,
//! }
//!
//! #[actor]
//! impl CodeAgent {
//!     /// Starts the task, as part of this turn; only once for this key.
//!     pub fn build(&mut self, ctx: &Ctx<Self>, blueprint: Blueprint) -> Result<TaskId<String>> {
//!         let key = blueprint.title.clone();
//!         ctx.tasks().generate(blueprint).keyed(&key).start()
//!     }
//!
//!     #[task(retry(max = 5, base = "2s"))]
//!     async fn generate(run: &Run<Self>, blueprint: Blueprint) -> Result<String> {
//!         // Once it has returned, it is never asked again.
//!         let plan = run.step("plan", async || plan(run, &blueprint).await).await?;
//!         for (n, path) in plan.files.iter().enumerate() {
//!             let text = run.step(("ask", n), async || ask(run, path).await).await?;
//!             // The row, the field and the journal's entry are one transaction: exactly once.
//!             run.write(("store", n), |agent, ctx| {
//!                 agent.files += 1;
//!                 File { path: path.clone(), text }.insert(ctx)
//!             })
//!             .await?;
//!         }
//!         run.sleep("settle", minutes(5)).await?;           // not in memory meanwhile
//!         let review: String = run.event("review").await?;  // neither
//!         Ok(review)
//!     }
//!
//!     pub fn review(&mut self, ctx: &Ctx<Self>, task: TaskId<String>, text: String) -> Result<()> {
//!         ctx.tasks().signal(task, "review", &text)
//!     }
//! }
//! # use actors_core::tasks::{TaskId, TaskState};
//! # use actors_core::testing::World;
//! # impl CodeAgent {}
//! # let world = World::new();
//! # let agent = world.get::<CodeAgent>("a");
//! # let task = world.run(agent.build(Blueprint { title: "main".into() })).unwrap();
//! # world.advance(minutes(4));
//! # world.evict_all();
//! # world.advance(minutes(2));
//! # world.run(agent.review(task, "fine".into())).unwrap();
//! # world.advance(seconds(1));
//! # let snapshot = world.run(agent.build(Blueprint { title: "main".into() })).unwrap();
//! # assert_eq!(snapshot, task);
//! ```
//!
//! # What is promised
//!
//! - A task begins with the commit of the turn that starts it, and not at all if that fails. With a
//!   [key](Start::keyed) it is started only once.
//! - Whatever happens to the process, it goes on by itself, until it has returned, failed for good,
//!   or was cancelled: it is driven by the [alarms](crate::alarms) of the actor, with their
//!   guarantees. What it has come to is kept for seven days, or for `keep`, typed: [`Tasks::get`].
//! - A **step** that has returned is never run again. Before that it runs at least once: its process
//!   may be lost when its effect has happened, and its journal entry has not. An effect that must
//!   not happen twice needs a key that the other side knows it by: [`Attempt::key`], with
//!   [`Run::step_with`].
//! - A **write** happens exactly once. No service of its own could promise that: its journal entry
//!   and its effect on the actor are one transaction.
//! - What is done beside each other (`join` of several steps) is replayed in the order in which it
//!   was done, whichever way that was.
//! - A [signal](Tasks::signal) is kept until the task takes it, also if it comes first.
//! - A task whose code has changed under it, so that it no longer fits to its journal, does nothing
//!   wrong: it is [set aside](TaskState::SetAside), with an error that shows what the journal has and
//!   what the code does. After a deployment that mends it, [`Tasks::retry`] has it go on.
//!
//! Not promised: that a step runs only once; that two tasks of an actor, or a task and its turns, do
//! not see each other's intermediate states, as they do with any two `async` handlers.
//!
//! # Two forms
//!
//! `async fn task(run: &Run<Self>, ..)`, without a receiver, is in no turn of the actor. Others run
//! while it waits, `&mut self` turns too. It reaches the actor in moments: by [`Run::write`], which is
//! a `&mut self` turn, and in the code of a step by `Run::read`. This is the form for whatever waits
//! long, for a model's answer for example.
//!
//! `async fn task(&self, ctx: &Ctx<Self>, run: &Run, ..)` is a shared turn while it is in memory, as
//! any `&self` handler: other `&self` turns run beside it, and `&mut self` turns wait until it sleeps,
//! waits for an event, or ends. Its `run.write(name, || ..)` is a transaction. `&mut self` does not
//! compile: it would keep the actor to itself for days.
//!
//! # What the code of a task has to keep to
//!
//! It runs again and again, from its first line, so it has to do the same each time until it is past
//! its journal. All that may differ belongs into a step: requests, random numbers, what is read from
//! the actor. The time is [`Run::now`], which is journaled with what the task has got last. Outside
//! of steps, it awaits only what its `run` returns: anything else is lost when it leaves memory, and
//! begins anew. A step hands on what it returns and nothing else: where it is replayed its code does
//! not run, and does not change a variable.
//!
//! Steps that are done beside each other are joined by any macro or function for futures, as
//! `futures_util::try_join!(run.step("a", ..), run.step("b", ..))?`; `select` works as well, for what
//! comes first.
//!
//! Each operation has a name, which is constant, or in a loop constant with a number or a text:
//! [`StepName`]. The same name can be used again, but not by two operations at once.
//!
//! # Errors, retries, and time limits
//!
//! A step that fails is attempted again, out of memory: five times, with waits from two seconds that
//! double, up to an hour, unless `#[task(retry(max = 5, base = "2s", cap = "1h"))]` or
//! [`Step::retry`] says otherwise. [`Error::permanent`](crate::Error::permanent) says that there is no
//! point in that. Then the step returns the error, and so it does in each replay: the task may
//! compensate, and return an error or go on. A task that returns an error has failed for good: it is
//! not run again as a whole.
//!
//! An attempt takes five minutes at most, or [`Step::within`], nine at most. `#[task(timeout =
//! "1d")]` limits the task in all.
//!
//! A panic, in a task or in a step, ends the process; the task is retried as its `retry` says, like
//! an alarm, and then set aside.
//!
//! # Cancelling
//!
//! [`Tasks::cancel`], or the time limit, lets everything fail that the task awaits, or awaits next,
//! with [`ErrorKind::Cancelled`](crate::ErrorKind): once. From then on its operations work as before,
//! so that it can clean up with them, for an hour at most. It may be lost meanwhile as often as it
//! likes. Its end is [`TaskState::Cancelled`], or for a time limit [`TaskState::Failed`], whatever it
//! returns. What has ended before it has noticed is not cancelled.
//!
//! # Versions
//!
//! A task that is under way when its code changes goes on in the new code. As long as that begins
//! the same operations in the same order, there is nothing to do. Otherwise `#[task(version = 2)]`
//! lets it tell its journals apart: [`Run::version`] is that of the code that has started the task.
//!
//! ```
//! # use actors_core::prelude::*;
//! # #[actor] pub struct Shop {}
//! # #[actor] impl Shop {
//! #[task(version = 2)]
//! async fn deliver(&self, run: &Run, order: u64) -> Result<()> {
//!     if run.version() >= 2 {
//!         run.step("weigh", async || Ok(())).await?; // new
//!     }
//!     run.step("send", async || Ok(())).await
//! }
//! # }
//! ```
//!
//! The branch can go when no task of version 1 is left. A task whose method is gone, or takes other
//! arguments, is set aside; and if the database is that of newer code, it waits for that.
//!
//! # Limits
//!
//! A journal has at most 10,000 operations, and 16 MB of what they have returned: a task that wants
//! to go on fails with an error that says so. To go on for ever, it starts another one. Arguments,
//! results and signals take at most 1.5 MB each, as JSON that is read back as it was; names of steps,
//! events and signals at most 1,024 bytes. Of an error, its kind and the first 10,000 bytes of its
//! message are kept.
//!
//! 50 tasks of a name are in memory at once, or `#[task(at_most = 10)]`; the others wait, first come
//! first served, and keep no alarm waiting. Those that sleep or wait for an event do not count: there
//! may be any number.
//!
//! # Costs
//!
//! Rows written, at $1.00 a million: 3 to start a task, and one more with a key; 1 for a step, a write
//! or a signal that is there already; 1 for each attempt of a step that has failed; 2 for a sleep, or
//! an event that has to wait, and 4 for leaving memory: its alarm and its state. At its end a task has
//! one row for its result, and 2 for its alarm; its journal is removed, a row each. A ring of the
//! object's alarm is a billed request, and costs what [it does](crate::alarms::Alarms). A resumption
//! reads the journal, once.
//!
//! A task that waits costs nothing: the object sleeps. A wake beside 10,000 tasks that sleep reads two
//! rows and writes none, as beside one, and keeps none of them in memory. In workerd, 10,000 are started
//! in 1.5 s, a thousand a turn, and have come to their sleep 4 s later; one that goes on to wait for an
//! event reads at most 14 rows and writes 6, with its ring. Results that have expired are removed by the
//! next tasks that start or end, a few each time.
//!
//! # Compared to others
//!
//! To a user of Temporal, a task is a workflow, a step an activity, a signal a signal, and replay is
//! what it is there; there is no service beside the actor, no task queue and no worker. To a user of
//! `agents`, it is a fiber whose checkpoints are made by its steps. Neither has the write step.

mod def;
mod end;
pub(crate) mod execution;
pub(crate) mod id;
mod journal;
mod list;
mod manage;
mod name;
mod operation;
pub(crate) mod operations;
mod replay;
mod result;
mod start;
mod state;
mod tables;

#[doc(hidden)]
pub use self::def::TaskDef;
pub use self::id::TaskId;
pub use self::list::TaskList;
pub use self::manage::Tasks;
pub use self::name::StepName;
pub use self::operations::Attempt;
pub use self::result::StepResult;
pub use self::start::Start;
pub use self::state::{Phase, Task, TaskState};
pub use crate::actor::tasks::{Event, Pending, Run, Step};
