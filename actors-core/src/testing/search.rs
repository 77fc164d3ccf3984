//! A search for an order of events that breaks an actor.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

use super::World;
use crate::actor::Actor;
use crate::backend::native::{Fault, SLOW, Sim};
use crate::env::Env;
use crate::time::Duration;

/// Runs scenarios, each from its own seed, and reports the shortest one that breaks an
/// invariant.
///
/// A scenario consists of the steps that you name, begun one after the other without
/// waiting for each other, and of what can happen to an actor in between: evictions,
/// crashes between any two storage operations, passing time. The steps record what they
/// have been told in a model of yours, `M`, which begins as its default; an invariant
/// compares it with what the actors know at the end. One invariant is built in: no turn
/// waits for itself, directly or by way of others.
///
/// If [`world`](Self::world) answers what the actors fetch, the network fails them, too: there is
/// no connection, the answer is lost after the request was dealt with, it takes a minute, or the
/// request arrives twice.
///
/// ```
/// # use actors_core::prelude::*;
/// # #[actor] pub struct Till { #[persist] total: u64 }
/// # #[actor] impl Till {
/// #     pub fn pay(&mut self, amount: u64) { self.total += amount; }
/// #     pub fn total(&self) -> u64 { self.total }
/// # }
/// use std::cell::Cell;
///
/// use actors_core::testing::Search;
///
/// Search::<Cell<u64>>::new()
///     .step("pay", async |run| {
///         if run.get::<Till>("a").pay(5).await.is_ok() {
///             run.model().update(|paid| paid + 5);
///         }
///     })
///     .invariant("what was paid is there", |world, paid| {
///         let total = world.run(world.get::<Till>("a").total()).unwrap();
///         if total == paid.get() { Ok(()) } else { Err(format!("{total} of {}", paid.get())) }
///     })
///     .check();
/// ```
///
/// The same seed makes the same run every time. A failing test prints it: pass it to
/// [`seed`](Self::seed), with `runs(1)`, to repeat the run.
pub struct Search<M> {
    world: Box<Prepare<M>>,
    steps: Vec<Step<M>>,
    invariants: Vec<Invariant<M>>,
    runs: u64,
    seed: u64,
    loses_answers: bool,
}

type Prepare<M> = dyn Fn(World, Rc<M>) -> World + Send + Sync;

struct Step<M> {
    name: &'static str,
    begin: Box<dyn Fn(Run<M>) -> Begun + Send + Sync>,
}

type Holds<M> = dyn Fn(&World, &M) -> Result<(), String> + Send + Sync;

struct Invariant<M> {
    name: &'static str,
    holds: Box<Holds<M>>,
}

/// What a step gets: the world's actors, and the model.
pub struct Run<M> {
    pub(super) sim: Rc<Sim>,
    pub(super) env: Env,
    model: Rc<M>,
}

impl<M> Run<M> {
    /// A stub of the instance with that name.
    pub fn get<A: Actor>(&self, name: &str) -> A::Stub {
        A::get(&self.env, name).expect("every actor is bound here")
    }

    /// The model.
    pub fn model(&self) -> &M {
        &self.model
    }
}

/// One action in a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    /// The step at that position begins.
    Begin(usize),
    /// Everything that can happen now happens.
    WaitUntilQuiet,
    Evict,
    /// The process ends and begins again.
    CrashAll,
    /// The object that does the storage operation that many from now crashes before it.
    CrashAfter(u32),
    /// The time at that index of [`SPANS`] passes.
    Advance(usize),
    /// That goes wrong with the next request to what is outside.
    Network(Fault),
}

/// An invariant that broke.
struct Break {
    invariant: &'static str,
    message: String,
    story: Vec<String>,
}

/// The spans of time that can pass at once, in seconds and in words.
const SPANS: [(u64, &str); 5] = [
    (1, "1 s"),
    (20, "20 s"),
    (300, "5 min"),
    (3_600, "1 h"),
    (86_400, "1 day"),
];

/// The latest crash, in storage operations from now.
const CRASHES: u32 = 40;

/// The length of the longest scenario.
const LENGTH: usize = 16;

impl<M: Default + 'static> Default for Search<M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<M: Default + 'static> Search<M> {
    /// A search of 50 runs, from seed 0: takes some seconds in a debug build. See
    /// [`runs`](Self::runs) for more.
    pub fn new() -> Self {
        Self {
            world: Box::new(|world, _| world),
            steps: Vec::new(),
            invariants: Vec::new(),
            runs: 50,
            seed: 0,
            loses_answers: false,
        }
    }

    /// Prepares the world of each run, with the run's model: adds variables, and answers what the
    /// actors fetch.
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// # #[actor] pub struct Till { }
    /// # #[actor] impl Till {
    /// #     pub async fn pay(&self, ctx: &Ctx<Self>) -> Result<()> {
    /// #         let request = http::Request::post("https://bank.example/pay").body(())?;
    /// #         ctx.fetch(request).within(seconds(5)).await?;
    /// #         Ok(())
    /// #     }
    /// # }
    /// use std::cell::Cell;
    ///
    /// use actors_core::testing::Search;
    ///
    /// Search::<Cell<u32>>::new()
    ///     .world(|world, paid| {
    ///         world.on_fetch("bank.example", async move |_| {
    ///             paid.update(|paid| paid + 1);
    ///             Ok(http::Response::new(()))
    ///         })
    ///     })
    ///     .step("pay", async |run| drop(run.get::<Till>("a").pay().await))
    ///     .check();
    /// ```
    pub fn world(
        mut self,
        prepare: impl Fn(World, Rc<M>) -> World + Send + Sync + 'static,
    ) -> Self {
        self.world = Box::new(prepare);
        self
    }

    /// Adds a step. It may be begun any number of times.
    pub fn step(
        mut self,
        name: &'static str,
        step: impl AsyncFn(Run<M>) + Send + Sync + 'static,
    ) -> Self {
        let step = Arc::new(step);
        let begin = move |run| -> Begun {
            let step = step.clone();
            Box::pin(async move { step(run).await })
        };
        self.steps.push(Step {
            name,
            begin: Box::new(begin),
        });
        self
    }

    /// Adds what must hold at the end; the error is the message for when it does not.
    pub fn invariant(
        mut self,
        name: &'static str,
        holds: impl Fn(&World, &M) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        self.invariants.push(Invariant {
            name,
            holds: Box::new(holds),
        });
        self
    }

    /// How many scenarios are tried. Rare faults take thousands: use `runs(10_000)` where
    /// there is time for it, in a nightly job for example. Most of the time is spent in
    /// SQLite, which a debug build does not optimise unless you set:
    ///
    /// ```toml
    /// [profile.dev.package.libsqlite3-sys]
    /// opt-level = 3
    /// ```
    pub fn runs(mut self, runs: u64) -> Self {
        self.runs = runs;
        self
    }

    /// The seed of the first run; each further run adds one.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Also lets an object crash between a commit and its answer: a call that fails with
    /// [`Unavailable`](crate::ErrorKind::Unavailable) may then have had its effect, as in
    /// production. For actors whose callers call again.
    pub fn lose_answers(mut self) -> Self {
        self.loses_answers = true;
        self
    }

    /// Runs the search.
    ///
    /// # Panics
    ///
    /// An invariant broke; the message reports how.
    #[track_caller]
    pub fn check(&self) {
        if let Some(report) = self.find() {
            panic!("{report}");
        }
    }

    /// Searches on all cores, and returns the report on the lowest seed that broke an
    /// invariant, if one did.
    pub fn find(&self) -> Option<String> {
        let end = self.seed.saturating_add(self.runs);
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let lowest = AtomicU64::new(u64::MAX);
        std::thread::scope(|scope| {
            for first in (self.seed..end).take(threads) {
                let lowest = &lowest;
                scope.spawn(move || {
                    let broken = (first..end)
                        .step_by(threads)
                        .take_while(|seed| *seed < lowest.load(Ordering::Relaxed))
                        .find(|&seed| self.play(seed, &self.plan(seed)).is_some());
                    lowest.fetch_min(broken.unwrap_or(u64::MAX), Ordering::Relaxed);
                });
            }
        });
        let seed = Some(lowest.into_inner()).filter(|seed| *seed != u64::MAX)?;
        let plan = self.plan(seed);
        let (shortest, broken) = self.shrink(seed, plan.clone());
        Some(self.report(seed, plan.len(), &shortest, &broken))
    }

    /// The scenario of a seed.
    fn plan(&self, seed: u64) -> Vec<Action> {
        let mut rng = fastrand::Rng::with_seed(seed);
        let length = rng.usize(1..=LENGTH);
        let has_network = (self.world)(World::new(), Rc::default())
            .sim
            .network
            .is_there();
        // Without a network the choices are as many as ever.
        let choices = if has_network { 120 } else { 100 };
        (0..length)
            .map(|_| match rng.u32(..choices) {
                0..50 => Action::Begin(rng.usize(..self.steps.len().max(1))),
                50..64 => Action::WaitUntilQuiet,
                64..70 => Action::Evict,
                70..74 => Action::CrashAll,
                74..87 => Action::CrashAfter(rng.u32(..CRASHES)),
                100.. => Action::Network(Fault::ALL[rng.usize(..Fault::ALL.len())]),
                _ => Action::Advance(rng.usize(..SPANS.len())),
            })
            .collect()
    }

    /// Plays a scenario, and returns what broke.
    fn play(&self, seed: u64, plan: &[Action]) -> Option<Break> {
        let model = Rc::new(M::default());
        let world = (self.world)(World::seeded(seed), model.clone());
        world.sim.loses_answers.set(self.loses_answers);
        let begun = RefCell::new(Vec::new());
        for action in plan {
            self.act(*action, &world, &model, &begun);
        }
        world.sim.crash_after.set(None);
        world.sim.network.fault.set(None);
        run_until_quiet(&world, &begun);
        if world.sim.network.is_slow() {
            world.advance(SLOW);
            run_until_quiet(&world, &begun);
        }
        let broken = |invariant: &Invariant<M>| {
            let message = (invariant.holds)(&world, &model).err()?;
            Some((invariant.name, message))
        };
        let deadlock = world.sim.deadlock.take();
        let deadlock = deadlock.map(|message| ("nobody waits for itself", message));
        let broken = || self.invariants.iter().find_map(broken);
        let (invariant, message) = deadlock.or_else(broken)?;
        Some(Break {
            invariant,
            message,
            story: world.story(),
        })
    }

    fn act(&self, action: Action, world: &World, model: &Rc<M>, begun: &RefCell<Vec<Begun>>) {
        match action {
            Action::Begin(step) => {
                let Some(step) = self.steps.get(step) else {
                    return;
                };
                world.sim.note(None, || format!("step: {}", step.name));
                let run = Run {
                    sim: world.sim.clone(),
                    env: world.env.clone(),
                    model: model.clone(),
                };
                begun.borrow_mut().push((step.begin)(run));
                poll_all(begun);
            }
            Action::WaitUntilQuiet => run_until_quiet(world, begun),
            Action::Evict => world.evict_all(),
            Action::CrashAll => {
                world.sim.note(None, || "the process is killed".to_owned());
                world.crash_all();
                poll_all(begun);
            }
            Action::CrashAfter(operations) => world.crash_after(operations),
            Action::Network(fault) => world.sim.network.fault.set(Some(fault)),
            Action::Advance(span) => {
                run_until_quiet(world, begun);
                let (seconds, words) = SPANS[span];
                world.sim.note(None, || format!("{words} passes"));
                world.advance(Duration::from_secs(seconds));
                run_until_quiet(world, begun);
            }
        }
    }

    /// Removes from a scenario what is not needed to break the invariant.
    fn shrink(&self, seed: u64, mut plan: Vec<Action>) -> (Vec<Action>, Break) {
        let mut broken = self.play(seed, &plan);
        loop {
            let still = |plan: Vec<Action>| Some((self.play(seed, &plan)?, plan));
            let Some((still, shorter)) = simpler(&plan).find_map(still) else {
                break;
            };
            (plan, broken) = (shorter, Some(still));
        }
        let broken = broken.expect("the same seed and scenario break the same invariant");
        (plan, broken)
    }

    fn report(&self, seed: u64, length: usize, plan: &[Action], broken: &Break) -> String {
        let Break {
            invariant,
            message,
            story,
        } = broken;
        let mut report = format!("\"{invariant}\" does not hold (seed {seed}): {message}\n\n");
        let left = plan.len();
        let _ = writeln!(report, "It takes {left} of the {length} actions:");
        for (number, action) in plan.iter().enumerate() {
            let _ = writeln!(report, "  {}. {}", number + 1, self.describe(*action));
        }
        report.push_str("\nWhat happened:\n");
        for line in story {
            let _ = writeln!(report, "  {line}");
        }
        let _ = write!(report, "\nTo repeat it: `.seed({seed}).runs(1)`");
        report
    }

    fn describe(&self, action: Action) -> String {
        match action {
            Action::Begin(step) => self
                .steps
                .get(step)
                .map(|step| step.name.to_owned())
                .unwrap_or_default(),
            Action::WaitUntilQuiet => "wait until all is quiet".to_owned(),
            Action::Evict => "evict all that are idle".to_owned(),
            Action::CrashAll => "kill the process".to_owned(),
            Action::CrashAfter(0) => "crash before the next storage operation".to_owned(),
            Action::CrashAfter(count) => format!("crash after {count} storage operations"),
            Action::Advance(span) => format!("let {} pass", SPANS[span].1),
            Action::Network(fault) => format!("the next fetch {}", fault.describe()),
        }
    }
}

/// The next simpler scenarios: without one action, perhaps with an earlier crash; or with a
/// shorter time.
fn simpler(plan: &[Action]) -> impl Iterator<Item = Vec<Action>> {
    let without = (0..plan.len()).flat_map(move |index| {
        let mut shorter = plan.to_vec();
        shorter.remove(index);
        let crashes = shorter
            .iter()
            .any(|action| matches!(action, Action::CrashAfter(_)));
        let earlier = (0..if crashes { CRASHES } else { 0 }).map({
            let shorter = shorter.clone();
            move |operations| with_crash_after(&shorter, operations)
        });
        std::iter::once(shorter).chain(earlier)
    });
    let shorter = (0..plan.len()).flat_map(move |index| {
        let spans = match plan[index] {
            Action::Advance(span) => 0..span,
            _ => 0..0,
        };
        spans.map(move |span| {
            let mut shorter = plan.to_vec();
            shorter[index] = Action::Advance(span);
            shorter
        })
    });
    without.chain(shorter)
}

/// The same with its crashes moved.
fn with_crash_after(plan: &[Action], operations: u32) -> Vec<Action> {
    let moved = |action: &Action| match action {
        Action::CrashAfter(_) => Action::CrashAfter(operations),
        other => *other,
    };
    plan.iter().map(moved).collect()
}

/// A step that has begun.
type Begun = Pin<Box<dyn Future<Output = ()>>>;

/// Lets the steps see the outcomes of their calls.
fn poll_all(begun: &RefCell<Vec<Begun>>) {
    let mut cx = Context::from_waker(Waker::noop());
    begun
        .borrow_mut()
        .retain_mut(|step| step.as_mut().poll(&mut cx) == Poll::Pending);
}

/// Runs everything that can happen without time passing.
fn run_until_quiet(world: &World, begun: &RefCell<Vec<Begun>>) {
    loop {
        poll_all(begun);
        if !world.sim.step() {
            return;
        }
    }
}
