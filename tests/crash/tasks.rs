//! Durable tasks of all kinds, which are started, signalled to and cancelled, and must do each thing
//! once: see `fixtures/src/workshop.rs`.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use actors_fixtures::workshop::{Seen, Wrong, check};
use actors_harness::workerd::Server;
use serde_json::{Value, json};

use super::{END, OBJECTS, Storm, call, insist};

const RECIPES: [&str; 9] = [
    "swsw", "&swzsw", "wuzw", "sewezsw", "&eswew", "jwzjw", "fweufw", "&swhw", "szszszwe",
];
const WITNESS: (&str, &str) = ("WITNESS", "w");

/// A task, and what was told to it.
struct Told {
    object: &'static str,
    recipe: &'static str,
    is_started: bool,
    is_asked_to_end: bool,
    sent: u32,
}

/// What became of all of it.
#[derive(Default)]
struct Verdict {
    kills: u64,
    tasks: u64,
    lost: u64,
    doubled: u64,
    not_once: u64,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            kills,
            tasks,
            lost,
            doubled,
            not_once,
        } = self;
        write!(
            f,
            "kills {kills}, tasks {tasks}, lost {lost}, steps doubled {doubled}, \
             write steps not exactly once {not_once}"
        )
    }
}

/// Runs it, prints what has become of all, and returns whether all is well.
pub(super) fn run(storm: &mut Storm) -> bool {
    let mut tasks = Vec::new();
    let server = storm.rage(|url, stop, seed| keep_busy(url, stop, &mut tasks, seed));
    let mut verdict = judge(&server, &mut tasks);
    verdict.kills = storm.kills;
    let is_well = verdict.lost + verdict.doubled + verdict.not_once == 0;
    if !is_well {
        println!("{}", server.log());
    }
    println!("{verdict}");
    is_well
}

/// Starts, signals to and cancels tasks until the server is gone.
fn keep_busy(url: &str, stop: &AtomicBool, tasks: &mut Vec<Told>, seed: u64) {
    let mut rng = fastrand::Rng::with_seed(seed);
    while !stop.load(Ordering::Relaxed) {
        let object = OBJECTS[rng.usize(..OBJECTS.len())];
        for _ in 0..rng.u32(1..8) {
            start(url, object, tasks, &mut rng);
        }
        for _ in 0..rng.u32(..8) {
            let recent = tasks.len().saturating_sub(60);
            let Some(number) = (recent < tasks.len()).then(|| rng.usize(recent..tasks.len()))
            else {
                break;
            };
            match rng.u32(..8) {
                0 => cancel(url, number, &mut tasks[number]),
                _ => signal(url, number, &mut tasks[number]),
            }
        }
    }
}

fn start(url: &str, object: &'static str, tasks: &mut Vec<Told>, rng: &mut fastrand::Rng) {
    let recipe = RECIPES[rng.usize(..RECIPES.len())];
    let arguments = json!([tasks.len(), recipe, rng.u64(..300)]);
    let is_started = call(url, ("WORKSHOP", object), "start", arguments).is_some();
    tasks.push(Told {
        object,
        recipe,
        is_started,
        is_asked_to_end: false,
        sent: 0,
    });
}

fn signal(url: &str, number: usize, told: &mut Told) {
    told.sent += 1;
    let arguments = json!([number, told.sent]);
    call(url, ("WORKSHOP", told.object), "signal", arguments);
}

fn cancel(url: &str, number: usize, told: &mut Told) {
    told.is_asked_to_end = true;
    call(url, ("WORKSHOP", told.object), "cancel", json!([number]));
}

/// Waits until all tasks have ended, signalling to those that wait for it, and looks at what they
/// have done.
fn judge(server: &Server, tasks: &mut [Told]) -> Verdict {
    let mut verdict = Verdict::default();
    let mut kinds: BTreeMap<String, u32> = BTreeMap::new();
    for (number, told) in tasks.iter_mut().enumerate() {
        let seen = await_end(server, number, told);
        if seen.state.is_empty() && !told.is_started {
            continue;
        }
        verdict.tasks += 1;
        *kinds
            .entry(format!("{} {}", told.recipe, seen.state))
            .or_default() += 1;
        let heard: Vec<(u64, u32)> = read(insist(server, WITNESS, "heard", json!([number])));
        match check(told.recipe, &seen, &heard, told.is_asked_to_end) {
            Ok(()) => {}
            Err(Wrong::Lost(what)) => {
                println!("the task {number}: {what}");
                verdict.lost += 1;
            }
            Err(Wrong::NotWrittenOnce(what)) => {
                println!("the task {number}: {what}");
                verdict.not_once += 1;
            }
        }
    }
    verdict.doubled = read(insist(server, WITNESS, "doubled", json!([])));
    println!("{kinds:?}");
    verdict
}

fn await_end(server: &Server, number: usize, told: &mut Told) -> Seen {
    let begun = Instant::now();
    loop {
        let workshop = ("WORKSHOP", told.object);
        let seen: Seen = read(insist(server, workshop, "seen", json!([number])));
        if seen.is_final() || seen.state.is_empty() || begun.elapsed() > END {
            return seen;
        }
        if seen.state == "awaits" {
            signal(&server.url(), number, told);
        }
        thread::sleep(Duration::from_millis(10));
    }
}

fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("what the actor returns")
}
