//! Durable tasks with the types of their actor, their arguments and their results.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Actor;
use super::ctx::Ctx;
use super::object::{exclusive, shared};
use super::state::State;
use crate::alarms::{Due, Retry};
use crate::bindings::fetch::Fetch;
use crate::env::Env;
use crate::error::{Error, Result};
use crate::instance::transaction::{Once, not_run};
use crate::json;
use crate::object::Object;
use crate::object::fields::AnyActor;
use crate::request::{Body, Request};
use crate::tasks::execution::Execution;
use crate::tasks::operations::{LIMIT, StepBody};
use crate::tasks::{Attempt, StepName, StepResult, TaskDef, TaskId, Tasks};
use crate::time::{Duration, Timestamp};
use crate::turn::{BoxFuture, Turn};

impl<A: Actor> Ctx<A> {
    /// The actor's durable tasks: one method for each `#[task]`, which starts it, and those of
    /// [`Tasks`]. See [`tasks`](crate::tasks).
    pub fn tasks(&self) -> A::Tasks<'_> {
        Tasks::new(self.instance()).into()
    }
}

/// A durable task that runs, as its `#[task]` method sees it. See [`tasks`](crate::tasks).
///
/// A task that takes `&self` takes `run: &Run`. One without a receiver takes `run: &Run<Self>`,
/// and reaches the actor through it, in moments: [`read`](Self::read) and [`write`](Self::write).
pub struct Run<A = ()> {
    execution: Rc<Execution>,
    actor: PhantomData<fn() -> A>,
}

impl<A> Run<A> {
    fn new(execution: Rc<Execution>) -> Self {
        let actor = PhantomData;
        Self { execution, actor }
    }

    /// Does something that can wait and may fail, at least once, and keeps what it returns: a
    /// request, a call, anything that has an effect elsewhere or is not the same each time.
    ///
    /// Once it has returned, it is never run again: when the task goes on after its process was
    /// lost, this returns what is kept. If the process is lost before, it runs again: an effect
    /// that must happen only once needs the key that [`step_with`](Self::step_with) passes along.
    ///
    /// It is retried as `#[task(retry(..))]` says, or [`Step::retry`], while the task waits out of
    /// memory. [`Error::permanent`](crate::Error::permanent) ends that. The last error is what the
    /// step returns, also when the task is replayed, and the task may go on.
    ///
    /// A step costs one row written, one more for each attempt that has failed, and one when the
    /// task ends.
    pub fn step<'a, T: StepResult + 'a>(
        &'a self,
        name: impl StepName,
        body: impl AsyncFnMut() -> Result<T> + 'a,
    ) -> Step<'a, T> {
        self.begin_step(name, Plain(body, PhantomData))
    }

    /// The same, with what is known of the attempt: its number, and a key for what must happen
    /// only once.
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// # #[actor] struct Shop {}
    /// # async fn charge(key: &str, cents: u64) -> Result<String> { Ok(key.to_owned()) }
    /// # #[actor] impl Shop {
    /// #[task]
    /// async fn sell(run: &Run<Self>, cents: u64) -> Result<String> {
    ///     run.step_with("charge", async |attempt| charge(&attempt.key, cents).await)
    ///         .within(seconds(20))
    ///         .await
    /// }
    /// # }
    /// ```
    pub fn step_with<'a, T: StepResult + 'a>(
        &'a self,
        name: impl StepName,
        body: impl AsyncFnMut(Attempt) -> Result<T> + 'a,
    ) -> Step<'a, T> {
        self.begin_step(name, Informed(body, PhantomData))
    }

    fn begin_step<'a, T: StepResult>(
        &'a self,
        name: impl StepName,
        body: impl StepBody + 'a,
    ) -> Step<'a, T> {
        Step {
            execution: &self.execution,
            name: name.into_name(),
            body: Some(Box::new(body)),
            retry: self.execution.def.retry,
            limit: LIMIT,
            read,
            running: None,
        }
    }

    /// Waits for that long, out of memory. The time counts from when it began first.
    ///
    /// Costs two rows written, those of its alarm, and one when the task ends.
    ///
    /// # Errors
    ///
    /// The task is told to end: [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled).
    pub fn sleep(&self, name: impl StepName, span: Duration) -> Pending<'_, ()> {
        self.sleep_for(name.into_name(), move |now| now + span)
    }

    /// Waits until that time, out of memory.
    ///
    /// # Errors
    ///
    /// Those of [`sleep`](Self::sleep).
    pub fn sleep_until(&self, name: impl StepName, time: Timestamp) -> Pending<'_, ()> {
        self.sleep_for(name.into_name(), move |_| time)
    }

    fn sleep_for(
        &self,
        name: String,
        until: impl Fn(Timestamp) -> Timestamp + 'static,
    ) -> Pending<'_, ()> {
        Pending(Box::pin(async move {
            self.execution.sleep(name, &until).await.map(drop)
        }))
    }

    /// Waits for a [signal](Tasks::signal) of that name, out of memory, and returns its value. One
    /// that was sent before is taken at once, the oldest first.
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// # #[actor] struct Shop {}
    /// # #[actor] impl Shop {
    /// #[task]
    /// async fn deliver(run: &Run<Self>) -> Result<String> {
    ///     let address: Option<String> = run.event("address").within(days(3)).await?;
    ///     Ok(address.unwrap_or_else(|| "the counter".into()))
    /// }
    /// # }
    /// ```
    ///
    /// In a loop, the name `("address", 3)` is that of the signal `"address[3]"`. One that is given up
    /// for something else, beside which it waits, takes no signal.
    ///
    /// Costs one row written if the signal is there; two, and those of its alarm, if not.
    ///
    /// # Errors
    ///
    /// The value is not a `T`; the task is told to end.
    pub fn event<T: DeserializeOwned>(&self, name: impl StepName) -> Event<'_, T> {
        Event {
            execution: &self.execution,
            name: name.into_name(),
            read,
            running: None,
        }
    }

    /// Stores how far the task has come, for [`Task::progress`](crate::tasks::Task::progress), and
    /// sends it to the web sockets that
    /// [follow the task](crate::Admission::follow_task).
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// # #[actor] struct Shop {}
    /// # #[actor] impl Shop {
    /// # #[task]
    /// # async fn deliver(run: &Run<Self>) -> Result<()> {
    /// run.progress(&"packed".to_owned())?; // of a type that is also read, so no `&str`
    /// # Ok(())
    /// # }
    /// # }
    /// ```
    ///
    /// Takes effect at once; a replay does not repeat it. Costs one row written.
    ///
    /// # Errors
    ///
    /// A value that JSON would change, or of more than 100,000 bytes.
    pub fn progress<P: Serialize + DeserializeOwned>(&self, progress: &P) -> Result<()> {
        let text = json::to_text(progress);
        let text = text.map_err(|error| {
            Error::invalid(format!("the progress of a task can't be stored: {error}"))
        })?;
        self.execution.progress(&text)
    }

    /// The time of what the task has got last: the same whenever it is replayed. Costs nothing.
    pub fn now(&self) -> Timestamp {
        self.execution.now()
    }

    /// The version of the code that the task was started with: the `version` of its `#[task]`
    /// then, 1 if it said none.
    pub fn version(&self) -> u32 {
        self.execution.version
    }

    /// The task's id, which no other task of the actor has.
    pub fn id(&self) -> TaskId {
        TaskId::new(self.execution.id)
    }

    /// The Worker's bindings. Use them in the code of a step.
    pub fn env(&self) -> &Env {
        &self.execution.instance().env
    }

    /// Sends a request over the network: [`Env::fetch`]. Do so in the code of a step.
    pub fn fetch<B: Into<Body>>(&self, request: Request<B>) -> Fetch {
        self.env().fetch(request)
    }
}

impl Run<()> {
    /// Changes what the actor stores, exactly once: what `body` does to the database, and the
    /// journal's entry with what it returns, are one transaction. If it fails, all of it is
    /// undone, and the error is what this returns, also when the task is replayed.
    ///
    /// # Errors
    ///
    /// That of `body`; the task is told to end.
    pub fn write<'a, T: StepResult + 'a>(
        &'a self,
        name: impl StepName,
        body: impl FnOnce() -> Result<T> + 'a,
    ) -> Pending<'a, T> {
        let (execution, name, mut body) = (&self.execution, name.into_name(), Some(body));
        Pending(Box::pin(async move {
            let mut write = || encode(&body.take().ok_or_else(not_run)?()?);
            let written = execution.write_within(name.clone(), &mut write).await;
            returned(execution, &name, written, read).await
        }))
    }
}

impl<A: Actor> Run<A> {
    /// Changes the actor, exactly once: `body` runs as a `&mut self` handler does, in a turn that
    /// is alone. What it does to the database, the persisted fields and the journal's entry with
    /// what it returns are one transaction. If it fails, all of it is undone, and the error is what
    /// this returns, also when the task is replayed.
    ///
    /// # Errors
    ///
    /// That of `body`; the task is told to end.
    pub fn write<'a, T: StepResult + 'a>(
        &'a self,
        name: impl StepName,
        body: impl FnOnce(&mut A, &Ctx<A>) -> Result<T> + 'a,
    ) -> Pending<'a, T> {
        let (execution, name, mut body) = (&self.execution, name.into_name(), Some(body));
        Pending(Box::pin(async move {
            let mut write = |actor: &mut dyn AnyActor| {
                let (actor, ctx) = exclusive(actor);
                encode(&body.take().ok_or_else(not_run)?(actor, ctx)?)
            };
            let written = execution.change(name.clone(), &mut write).await;
            returned(execution, &name, written, read).await
        }))
    }

    /// Looks at the actor in the code of a step, in a turn that is concurrent with other shared
    /// ones. It is no step of its own, and is not journaled.
    ///
    /// # Errors
    ///
    /// That of `body`. Outside of a step, an
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument): what is found might be something
    /// else in a replay.
    pub async fn read<T>(&self, body: impl FnOnce(&A, &Ctx<A>) -> Result<T>) -> Result<T> {
        let mut once = Once::new(body);
        let mut read = |actor: &dyn AnyActor| {
            let (actor, ctx) = shared(actor);
            once.run(|body| body(actor, ctx))
        };
        self.execution.read(&mut read).await?;
        once.value()
    }
}

/// A step of a task that does something when it is awaited, from [`Run::step`].
#[must_use = "a step does nothing until it is awaited"]
pub struct Step<'a, T> {
    execution: &'a Execution,
    name: String,
    body: Option<Box<dyn StepBody + 'a>>,
    retry: Retry,
    limit: Duration,
    read: Read<T>,
    running: Option<BoxFuture<'a, Result<T>>>,
}

/// Reads what the journal or a signal has, as what the code expects.
type Read<T> = fn(&str) -> Result<T, String>;

impl<T> Step<'_, T> {
    /// How it is retried, instead of as the task says.
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// use actors_core::alarms::Retry;
    ///
    /// # #[actor] struct Shop {}
    /// # async fn charge() -> Result<()> { Ok(()) }
    /// # #[actor] impl Shop {
    /// # #[task]
    /// # async fn sell(run: &Run<Self>) -> Result<()> {
    /// let retry = Retry { max: 20, base: seconds(1), cap: minutes(5) };
    /// run.step("charge", async || charge().await).retry(retry).await
    /// # }
    /// # }
    /// ```
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// How long an attempt may take, instead of 5 minutes; 9 minutes are the most, since the
    /// platform ends what takes 15. An attempt that takes longer is dropped, and has failed.
    pub fn within(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }
}

impl<'a, T: 'a> Future for Step<'a, T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        if let Some(mut body) = self.body.take() {
            let Self {
                execution,
                retry,
                limit,
                read,
                ..
            } = *self;
            let name = std::mem::take(&mut self.name);
            self.running = Some(Box::pin(async move {
                let step = execution.step(name.clone(), retry, limit, &mut *body);
                returned(execution, &name, step.await, read).await
            }));
        }
        poll_running(&mut self.running, cx)
    }
}

/// A signal that a task waits for when this is awaited, from [`Run::event`].
#[must_use = "an event is taken when it is awaited"]
pub struct Event<'a, T> {
    execution: &'a Execution,
    name: String,
    read: Read<T>,
    running: Option<BoxFuture<'a, Result<T>>>,
}

impl<'a, T: 'a> Event<'a, T> {
    /// Waits for that long, from when it began first, and returns `None` if no signal has come by
    /// then.
    pub fn within(self, span: Duration) -> Pending<'a, Option<T>> {
        let Self {
            execution,
            name,
            read,
            ..
        } = self;
        Pending(Box::pin(async move {
            let value = execution.event(name.clone(), Some(span)).await?;
            value
                .map(|value| signalled(&name, &value, read))
                .transpose()
        }))
    }
}

impl<'a, T: 'a> Future for Event<'a, T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        if self.running.is_none() {
            let (execution, read) = (self.execution, self.read);
            let name = std::mem::take(&mut self.name);
            self.running = Some(Box::pin(async move {
                let value = execution.event(name.clone(), None).await?;
                signalled(&name, value.as_deref().unwrap_or("null"), read)
            }));
        }
        poll_running(&mut self.running, cx)
    }
}

/// A write, a sleep, or an event with a time limit, which does something when it is awaited.
#[must_use = "an operation of a task does nothing until it is awaited"]
pub struct Pending<'a, T>(BoxFuture<'a, Result<T>>);

impl<T> Future for Pending<'_, T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        self.0.as_mut().poll(cx)
    }
}

fn poll_running<T>(
    running: &mut Option<BoxFuture<'_, Result<T>>>,
    cx: &mut Context<'_>,
) -> Poll<Result<T>> {
    match running {
        Some(running) => running.as_mut().poll(cx),
        None => Poll::Pending,
    }
}

/// The code of a step that needs to know nothing.
struct Plain<F, T>(F, PhantomData<fn() -> T>);

impl<F: AsyncFnMut() -> Result<T>, T: Serialize + DeserializeOwned> StepBody for Plain<F, T> {
    fn attempt(&mut self, _: Attempt) -> BoxFuture<'_, Result<String>> {
        Box::pin(async move { encode(&(self.0)().await?) })
    }
}

/// The code of a step that takes its attempt.
struct Informed<F, T>(F, PhantomData<fn() -> T>);

impl<F: AsyncFnMut(Attempt) -> Result<T>, T: Serialize + DeserializeOwned> StepBody
    for Informed<F, T>
{
    fn attempt(&mut self, attempt: Attempt) -> BoxFuture<'_, Result<String>> {
        Box::pin(async move { encode(&(self.0)(attempt).await?) })
    }
}

/// What an operation returns, as it is stored.
fn encode<T: Serialize + DeserializeOwned>(value: &T) -> Result<String> {
    json::to_text(value).map_err(not_stored)
}

#[cold]
fn not_stored(error: String) -> Error {
    Error::invalid(format!("what it returns can't be stored: {error}")).permanent()
}

/// What an operation has returned, in this run or a former one.
async fn returned<T>(
    execution: &Execution,
    name: &str,
    outcome: Result<Option<String>>,
    read: Read<T>,
) -> Result<T> {
    let text = outcome?.unwrap_or_default();
    match read(&text) {
        Ok(value) => Ok(value),
        Err(error) => execution.misfits(name, &error).await,
    }
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    json::from_text(text)
}

fn signalled<T>(name: &str, value: &str, read: Read<T>) -> Result<T> {
    read(value)
        .map_err(|error| Error::invalid(format!("the signal `{name}` is of another type: {error}")))
}

/// How generated code runs a task.
impl Due {
    /// Runs an `async fn(&self)`, in the turn at hand.
    pub async fn task<A: State, P: DeserializeOwned, R: Serialize + DeserializeOwned>(
        self,
        ctx: &Ctx<A>,
        def: &'static TaskDef,
        body: impl AsyncFnOnce(&Run, P) -> Result<R>,
    ) -> Result<()> {
        match Object::upgrade(&ctx.memory) {
            Some(object) => run(object, &self, def, body).await,
            None => Ok(()),
        }
    }

    /// Runs an `async fn` without a receiver, in no turn.
    pub fn task_apart<A: State, P: DeserializeOwned, R: Serialize + DeserializeOwned>(
        self,
        object: &Object,
        def: &'static TaskDef,
        body: impl AsyncFnOnce(&Run<A>, P) -> Result<R> + 'static,
    ) -> Turn<()> {
        let object = object.clone();
        Turn::start(async move { run(object, &self, def, body).await })
    }
}

async fn run<A, P: DeserializeOwned, R: Serialize + DeserializeOwned>(
    object: Object,
    due: &Due,
    def: &'static TaskDef,
    body: impl AsyncFnOnce(&Run<A>, P) -> Result<R>,
) -> Result<()> {
    let Some((execution, input)) = Execution::open(object, due, def)? else {
        return Ok(());
    };
    let arguments = execution.input(due, json::from_text(&input))?;
    let run = Run::new(execution.clone());
    let task = async { encode(&body(&run, arguments).await?) };
    execution.run(due, pin!(task)).await
}
