//! Alarms: thousands are scheduled, cancelled and moved, and run. Meanwhile the platform loses alarms,
//! objects are ended in transactions that fail, and call each other in circles.

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use actors_harness::workerd::Server;
use serde_json::{Value, json};

use super::{END, OBJECTS, Storm, call, insist, outcome};

const KINDS: [&str; 10] = [
    "plain",
    "plain",
    "plain",
    "flaky",
    "panicky",
    "slow",
    "slow and flaky",
    "hopeless",
    "undone end",
    "circle",
];

/// What was acknowledged: it must be so, whatever has happened since.
#[derive(Default)]
struct Promised {
    scheduled: Vec<u32>,
    cancelled: Vec<u32>,
    unfound: u64,
}

/// What became of all of it.
#[derive(Default)]
struct Verdict {
    kills: u64,
    scheduled: u64,
    lost: u64,
    after_cancel: u64,
    doubled: u64,
    /// Calls in a circle that were answered with anything but that.
    unfound: u64,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            kills,
            scheduled,
            lost,
            after_cancel,
            doubled,
            unfound,
        } = self;
        write!(
            f,
            "kills {kills}, scheduled {scheduled}, lost {lost}, after cancel {after_cancel}, \
             doubled {doubled}, unfound {unfound}"
        )
    }
}

/// Runs it, prints what has become of all, and returns whether all is well.
pub(super) fn run(storm: &mut Storm) -> bool {
    let promised = OBJECTS.map(|_| Mutex::<Promised>::default());
    let mut next_task = 0;
    let server = storm.rage(|url, stop, seed| {
        next_task = keep_busy(url, stop, &promised, seed, next_task);
    });
    let mut verdict = judge(&server, &promised);
    verdict.kills = storm.kills;
    println!("{verdict}");
    let Verdict {
        lost,
        after_cancel,
        doubled,
        unfound,
        ..
    } = verdict;
    lost + after_cancel + doubled + unfound == 0
}

/// Schedules, cancels and moves alarms until the server is gone; answers the next task's number.
fn keep_busy(
    url: &str,
    stop: &AtomicBool,
    promised: &[Mutex<Promised>; OBJECTS.len()],
    seed: u64,
    mut task: u32,
) -> u32 {
    let mut rng = fastrand::Rng::with_seed(seed);
    while !stop.load(Ordering::Relaxed) {
        let index = rng.usize(..OBJECTS.len());
        let (object, mut promised) = (OBJECTS[index], promised[index].lock().unwrap());
        let orders: Vec<Value> = (0..rng.u32(1..40))
            .map(|_| {
                task += 1;
                let key = rng.bool().then(|| format!("k{}", rng.u32(..40)));
                json!({
                    "id": task, "kind": KINDS[rng.usize(..KINDS.len())],
                    "millis": rng.u64(..400), "key": key.filter(|_| rng.bool()),
                })
            })
            .collect();
        let ids: Vec<u32> = orders
            .iter()
            .map(|order| order["id"].as_u64().unwrap() as u32)
            .collect();
        if call(url, ("CRASHER", object), "schedule", json!([orders])).is_some() {
            promised.scheduled.extend(ids);
        }
        if let Some(&task) =
            rng.choice(&promised.scheduled[promised.scheduled.len().saturating_sub(30)..])
            && call(url, ("CRASHER", object), "cancel", json!([task])) == Some(json!(true))
        {
            promised.cancelled.push(task);
        }
        match rng.u32(..8) {
            0 => drop(call(
                url,
                ("CRASHER", object),
                "observe",
                json!(["lose alarm"]),
            )),
            1 => drop(call(url, ("CRASHER", object), "end_not", json!([]))),
            2 if is_unfound(url, object) => promised.unfound += 1,
            _ => {}
        }
    }
    task
}

/// Whether a call that waits for itself comes to anything but being found out, or the end
/// of the process.
fn is_unfound(url: &str, object: &str) -> bool {
    let answer =
        outcome(url, ("CRASHER", object), "ask_in_a_circle", json!([])).unwrap_or_default();
    let unfound = answer["error"]["name"].as_str();
    unfound.is_some_and(|name| !["Unavailable", "Panic", "Error"].contains(&name))
}

/// Waits until all alarms have run, and asks the objects what they have seen.
fn judge(server: &Server, promised: &[Mutex<Promised>]) -> Verdict {
    let mut verdict = Verdict::default();
    for (object, promised) in OBJECTS.iter().zip(promised) {
        let promised = promised.lock().unwrap();
        let seen = await_end(server, object);
        let number = |what: &str| seen[what].as_u64().expect("a number");
        let values = json!([promised.scheduled, promised.cancelled]);
        let missing = insist(server, ("CRASHER", object), "missing", values);
        // What nobody has run is lost, and so is what was acknowledged and is not there.
        verdict.lost += number("lost") + number("waiting") + missing[0].as_u64().unwrap();
        verdict.after_cancel += number("after_cancel") + missing[1].as_u64().unwrap();
        verdict.scheduled += number("scheduled");
        verdict.doubled += number("doubled");
        insist(server, ("CRASHER", object), "ask_in_a_circle", json!([]));
        verdict.unfound += promised.unfound;
        let kinds = insist(server, ("CRASHER", object), "kinds", json!([]));
        println!("{object}: {kinds}");
    }
    if verdict.lost + verdict.after_cancel + verdict.doubled > 0 {
        println!("{}", server.log());
    }
    verdict
}

fn await_end(server: &Server, object: &str) -> Value {
    let start = Instant::now();
    loop {
        let seen = insist(server, ("CRASHER", object), "verdict", json!([]));
        if seen["waiting"] == 0 || start.elapsed() > END {
            return seen;
        }
        thread::sleep(Duration::from_millis(50));
    }
}
