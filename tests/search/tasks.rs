//! Durable tasks, searched: none is lost, no step runs again once it has returned, and each write
//! has its effect once. The same by hand, with a mistake, is found out.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use actors_core::testing::{Run, Search, World};
use actors_fixtures::workshop::{Seen, Witness, Workshop, check};

use super::by_hand::ByHand;
use super::{ask, found};

/// The recipes of the tasks: see `fixtures/src/workshop.rs`.
const RECIPES: [&str; 8] = [
    "swsw", "&swzsw", "wuzw", "sewezsw", "&eswew", "jwzjw", "fweufw", "&swhw",
];

/// The mistakes that a task by hand makes.
const MISTAKES: [&str; 4] = [
    "journal after effect",
    "effect after journal",
    "wake not armed",
    "event lost",
];

/// How long a task sleeps, in milliseconds.
const SLEEP: u64 = 10_000;

/// A task, and what was told to it.
struct Told {
    recipe: &'static str,
    /// Whether its start was acknowledged.
    is_started: bool,
    is_asked_to_end: bool,
    sent: u64,
    acknowledged: u64,
}

impl Told {
    fn new(recipe: &'static str) -> Self {
        Self {
            recipe,
            is_started: false,
            is_asked_to_end: false,
            sent: 0,
            acknowledged: 0,
        }
    }

    fn events(&self) -> u64 {
        self.recipe.matches('e').count() as u64
    }
}

/// All tasks, by their numbers.
type Tasks = RefCell<Vec<Told>>;

/// Starts tasks of all recipes, signals to them, and cancels some.
fn tasks() -> Search<Tasks> {
    let search = RECIPES.into_iter().fold(Search::new(), |search, recipe| {
        search.step(recipe, async move |run: Run<Tasks>| {
            let number = add(&run, recipe);
            for _ in 0..3 {
                let workshop = run.get::<Workshop>("w");
                if (workshop.start(number, recipe.into(), SLEEP).await).is_ok() {
                    run.model().borrow_mut()[number as usize].is_started = true;
                    return;
                }
            }
        })
    });
    search
        .lose_answers()
        .step("signal to the first", async |run| {
            signal(&run, 0, async |number, value| {
                run.get::<Workshop>("w").signal(number, value).await
            })
            .await;
        })
        .step("signal to the last", async |run| {
            let last = run.model().borrow().len().saturating_sub(1);
            signal(&run, last, async |number, value| {
                run.get::<Workshop>("w").signal(number, value).await
            })
            .await;
        })
        .step("cancel the last", async |run| {
            let Some(last) = run.model().borrow().len().checked_sub(1) else {
                return;
            };
            run.model().borrow_mut()[last].is_asked_to_end = true;
            let _ = run.get::<Workshop>("w").cancel(last as u32).await;
        })
        .invariant("each task does what it is to do, once", |world, tasks| {
            let seen = |number| ask(world, world.get::<Workshop>("w").seen(number));
            let signal = |number, value| {
                let _ = world.run(world.get::<Workshop>("w").signal(number, value));
            };
            each_is_right(world, tasks, seen, signal)
        })
        .invariant("a field is written with its rows", |world, tasks| {
            let mut rows = 0;
            for (number, told) in (0..).zip(&*tasks.borrow()) {
                if !told.recipe.starts_with('&') {
                    rows += ask(world, world.get::<Workshop>("w").seen(number))?
                        .effects
                        .len();
                }
            }
            match ask(world, world.get::<Workshop>("w").writes())? {
                writes if writes as usize == rows => Ok(()),
                writes => Err(format!("it says {writes}, there are {rows}")),
            }
        })
}

/// Starts tasks by hand, and signals to them.
fn by_hand(how: &'static str) -> Search<Tasks> {
    Search::<Tasks>::new()
        .lose_answers()
        .step("start", async move |run| {
            let number = add(&run, "swew");
            for _ in 0..3 {
                if (run.get::<ByHand>("h").start(number, how.into()).await).is_ok() {
                    run.model().borrow_mut()[number as usize].is_started = true;
                    return;
                }
            }
        })
        .step("signal", async |run| {
            let last = run.model().borrow().len().saturating_sub(1);
            signal(&run, last, async |number, value| {
                run.get::<ByHand>("h").signal(number, value).await
            })
            .await;
        })
        .invariant("each task does what it is to do, once", |world, tasks| {
            let seen = |number| ask(world, world.get::<ByHand>("h").seen(number));
            let signal = |number, value| {
                let _ = world.run(world.get::<ByHand>("h").signal(number, value));
            };
            each_is_right(world, tasks, seen, signal)
        })
}

/// The number of another task.
fn add(run: &Run<Tasks>, recipe: &'static str) -> u32 {
    let mut tasks = run.model().borrow_mut();
    tasks.push(Told::new(recipe));
    tasks.len() as u32 - 1
}

/// Signals to a task, if there is one.
async fn signal(
    run: &Run<Tasks>,
    task: usize,
    send: impl AsyncFn(u32, u64) -> actors_core::Result<()>,
) {
    let value = match run.model().borrow_mut().get_mut(task) {
        None => return,
        Some(told) => {
            told.sent += 1;
            told.sent
        }
    };
    if send(task as u32, value).await.is_ok() {
        run.model().borrow_mut()[task].acknowledged += 1;
    }
}

/// Each task has ended after a day, or waits for a signal that nobody has sent; and with that it
/// ends. What it has come to is what its recipe says.
fn each_is_right(
    world: &World,
    tasks: &Tasks,
    seen: impl Fn(u32) -> Result<Seen, String>,
    signal: impl Fn(u32, u64),
) -> Result<(), String> {
    world.advance(Duration::from_secs(86_400));
    for (number, told) in (0..).zip(tasks.borrow_mut().iter_mut()) {
        let mut now = seen(number)?;
        if now.state.is_empty() && !told.is_started {
            continue;
        }
        if now.state == "awaits" && told.acknowledged < told.events() {
            for _ in 0..told.events() {
                told.sent += 1;
                signal(number, told.sent);
                world.advance(Duration::from_secs(60));
            }
            now = seen(number)?;
        }
        let heard = ask(world, world.get::<Witness>("w").heard(number))?;
        check(told.recipe, &now, &heard, told.is_asked_to_end)
            .map_err(|wrong| format!("the task {number}: {wrong:?}"))?;
    }
    match ask(world, world.get::<Witness>("w").doubled())? {
        0 => Ok(()),
        doubled => Err(format!(
            "{doubled} steps have run after a later one had begun"
        )),
    }
}

#[test]
fn durable_tasks_survive_what_can_happen() {
    assert_eq!(tasks().runs(200).find(), None);
    assert_eq!(by_hand("right").runs(150).find(), None);
}

#[test]
fn mistakes_of_tasks_by_hand_are_found() {
    for mistake in MISTAKES {
        let report = found(by_hand(mistake));
        assert!(report.contains("the task "), "{mistake}: {report}");
    }
}

/// Not by chance: each task loses its process before each of its storage operations in turn.
#[test]
fn a_task_survives_a_crash_before_each_storage_operation() {
    for recipe in RECIPES {
        let mut operations = 0;
        while survives_a_crash(recipe, operations) {
            operations += 1;
        }
        println!("`{recipe}` has {operations} storage operations");
        assert!(operations > 20, "`{recipe}` has {operations}");
    }
}

/// Runs a task to its end, and returns whether it has crashed on its way.
fn survives_a_crash(recipe: &'static str, operations: u32) -> bool {
    let world = World::new();
    let workshop = || world.get::<Workshop>("w");
    let mut told = Told::new(recipe);
    world.crash_after(operations);
    let start = || world.run(workshop().start(0, recipe.into(), SLEEP));
    if start().is_err() {
        start().expect("it crashes only once");
    }
    told.is_started = true;
    let signal = |number, value| {
        let _ = world.run(workshop().signal(number, value));
    };
    for value in 1..=told.events() {
        world.advance(Duration::from_secs(60));
        signal(0, value);
        told.sent = value;
    }
    world.advance(Duration::from_secs(60));
    // No more: what follows only looks, and signals again what was lost.
    world.crash_after(u32::MAX);
    let seen = |number| ask(&world, workshop().seen(number));
    let tasks = RefCell::new(vec![told]);
    let right = each_is_right(&world, &tasks, seen, signal);
    right.unwrap_or_else(|wrong| panic!("`{recipe}`, {operations}: {wrong}"));
    world.story().iter().any(|line| line.contains("crashes"))
}

/// `cargo test -p actors-tests --test search -- --ignored --nocapture ten_thousand`
#[test]
#[ignore = "takes minutes"]
fn ten_thousand_scenarios_of_tasks() {
    let start = Instant::now();
    assert_eq!(tasks().runs(10_000).find(), None);
    println!("10,000 scenarios in {:.0?}", start.elapsed());
}
