//! Alarms against kill -9: thousands are scheduled, cancelled and moved, and run, while
//! workerd is killed at random moments and started again on the same disk. Meanwhile the
//! platform loses alarms, objects are ended in transactions that fail, and call each other
//! in circles.
//!
//! `cargo xtask crash` runs it at length; among the tests it takes some seconds.

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use actors_harness::worker::Worker;
use actors_harness::workerd::Server;
use serde_json::{Value, json};

/// The objects that the tasks are spread over.
const OBJECTS: [&str; 3] = ["a", "b", "c"];
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
/// How long it goes on if nobody says how often.
const BOX: Duration = Duration::from_secs(8);
/// How long the alarms that are left may take at the end.
const END: Duration = Duration::from_secs(60);

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

fn main() -> ExitCode {
    let kills = option("--kills");
    let seed = option("--seed").unwrap_or_else(|| fastrand::u64(..1 << 32));
    println!("killing workerd again and again, seed {seed}");
    let verdict = run(kills, seed);
    let Verdict {
        kills,
        scheduled,
        lost,
        after_cancel,
        doubled,
        unfound,
    } = verdict;
    println!(
        "kills {kills}, scheduled {scheduled}, lost {lost}, after cancel {after_cancel}, \
         doubled {doubled}, unfound {unfound}"
    );
    match lost + after_cancel + doubled + unfound {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// The number after that option; others are those of `cargo test`.
fn option(name: &str) -> Option<u64> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1)?.parse().ok()
}

fn run(kills: Option<u64>, seed: u64) -> Verdict {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let disk = Path::new(env!("CARGO_TARGET_TMPDIR")).join("crash");
    let _ = fs::remove_dir_all(&disk);
    let worker = Worker::from_crate(&tests.join("fixtures"))
        .expect("the fixtures build")
        .with_main("driver.js", tests.join("behaviour/driver.js"))
        .with_module("costs.js", tests.join("behaviour/costs.js"));
    let start =
        || Server::start(std::slice::from_ref(&worker), &disk, None).expect("workerd starts");

    let mut rng = fastrand::Rng::with_seed(seed);
    let promised = OBJECTS.map(|_| Mutex::<Promised>::default());
    let mut next_task = 0;
    let begun = Instant::now();
    let mut killed = 0;
    while kills.map_or(begun.elapsed() < BOX, |kills| killed < kills) {
        let mut server = start();
        let url = server.url();
        let stop = AtomicBool::new(false);
        let life = Duration::from_millis(rng.u64(50..700));
        thread::scope(|scope| {
            let (seed, first) = (rng.u64(..), next_task);
            let (stop, promised, url) = (&stop, &promised, &url);
            let work = scope.spawn(move || keep_busy(url, stop, promised, seed, first));
            thread::sleep(life);
            server.kill();
            stop.store(true, Ordering::Relaxed);
            next_task = work.join().expect("the work does not panic");
        });
        killed += 1;
        if killed % 25 == 0 {
            println!("{killed} kills, {next_task} tasks");
        }
    }
    let mut verdict = judge(&start(), &promised);
    verdict.kills = killed;
    verdict
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
        if call(url, object, "schedule", json!([orders])).is_some() {
            promised.scheduled.extend(ids);
        }
        if let Some(&task) =
            rng.choice(&promised.scheduled[promised.scheduled.len().saturating_sub(30)..])
            && call(url, object, "cancel", json!([task])) == Some(json!(true))
        {
            promised.cancelled.push(task);
        }
        match rng.u32(..8) {
            0 => drop(call(url, object, "observe", json!(["lose alarm"]))),
            1 => drop(call(url, object, "end_not", json!([]))),
            2 if is_unfound(url, object) => promised.unfound += 1,
            _ => {}
        }
    }
    task
}

/// Whether a call that waits for itself comes to anything but being found out, or the end
/// of the process.
fn is_unfound(url: &str, object: &str) -> bool {
    let answer = outcome(url, object, "ask_in_a_circle", json!([])).unwrap_or_default();
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
        let missing = insist(server, object, "missing", values);
        // What nobody has run is lost, and so is what was acknowledged and is not there.
        verdict.lost += number("lost") + number("waiting") + missing[0].as_u64().unwrap();
        verdict.after_cancel += number("after_cancel") + missing[1].as_u64().unwrap();
        verdict.scheduled += number("scheduled");
        verdict.doubled += number("doubled");
        insist(server, object, "ask_in_a_circle", json!([]));
        verdict.unfound += promised.unfound;
        let kinds = insist(server, object, "kinds", json!([]));
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
        let seen = insist(server, object, "verdict", json!([]));
        if seen["waiting"] == 0 || start.elapsed() > END {
            return seen;
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// What a method answers in the end: the panic of an alarm costs others their answers.
fn insist(server: &Server, object: &str, method: &str, values: Value) -> Value {
    let start = Instant::now();
    loop {
        if let Some(answer) = call(&server.url(), object, method, values.clone()) {
            return answer;
        }
        assert!(start.elapsed() < END, "no answer:\n{}", server.log());
    }
}

/// What a method of an object answers, if it does.
fn call(url: &str, object: &str, method: &str, values: Value) -> Option<Value> {
    outcome(url, object, method, values)?
        .get_mut("value")
        .map(Value::take)
}

/// What a call comes to, if it comes to anything.
fn outcome(url: &str, object: &str, method: &str, values: Value) -> Option<Value> {
    let config = ureq::Agent::config_builder()
        .max_idle_connections(0)
        .timeout_global(Some(Duration::from_secs(10)));
    let agent: ureq::Agent = config.build().into();
    let call = json!({ "binding": "CRASHER", "name": object, "method": method, "values": values });
    let answer = agent
        .post(format!("{url}/call"))
        .send(call.to_string())
        .ok()?;
    serde_json::from_str(&answer.into_body().read_to_string().ok()?).ok()
}
