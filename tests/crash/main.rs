//! Alarms and durable tasks against kill -9: workerd is killed at random moments while they run, and
//! started again on the same disk.
//!
//! `cargo xtask crash` runs it at length; among the tests it takes some seconds.

mod alarms;
mod tasks;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use actors_harness::worker::Worker;
use actors_harness::workerd::Server;
use serde_json::{Value, json};

/// The objects that the work is spread over.
const OBJECTS: [&str; 3] = ["a", "b", "c"];
/// How long it goes on if nobody says how often.
const BOX: Duration = Duration::from_secs(8);
/// How long what is left may take at the end.
const END: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    let kills = option("--kills");
    let seed = option("--seed").unwrap_or_else(|| fastrand::u64(..1 << 32));
    println!("killing workerd again and again, seed {seed}");
    let worker = worker();
    let all_is_well = [
        alarms::run(&mut Storm::new(&worker, "alarms", kills, seed)),
        tasks::run(&mut Storm::new(&worker, "tasks", kills, seed)),
    ];
    match all_is_well {
        [true, true] => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// The number after that option; others are those of `cargo test`.
fn option(name: &str) -> Option<u64> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1)?.parse().ok()
}

fn worker() -> Worker {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    Worker::from_crate(&tests.join("fixtures"))
        .expect("the fixtures build")
        .with_main("driver.js", tests.join("behaviour/driver.js"))
        .with_module("costs.js", tests.join("behaviour/costs.js"))
}

/// A Worker that is killed again and again.
struct Storm<'a> {
    worker: &'a Worker,
    disk: PathBuf,
    /// How often it is killed; if nobody says, as often as there is time for.
    most: Option<u64>,
    rng: fastrand::Rng,
    /// How often it was.
    kills: u64,
}

impl<'a> Storm<'a> {
    fn new(worker: &'a Worker, folder: &str, most: Option<u64>, seed: u64) -> Self {
        let disk = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("crash")
            .join(folder);
        let _ = fs::remove_dir_all(&disk);
        Self {
            worker,
            disk,
            most,
            rng: fastrand::Rng::with_seed(seed),
            kills: 0,
        }
    }

    fn start(&self) -> Server {
        Server::start(std::slice::from_ref(self.worker), &self.disk, None).expect("workerd starts")
    }

    /// Kills it, while `work` keeps it busy: with its URL, until told to stop, from a seed. Returns it
    /// started for the last time.
    fn rage(&mut self, mut work: impl FnMut(&str, &AtomicBool, u64) + Send) -> Server {
        let begun = Instant::now();
        while self
            .most
            .map_or(begun.elapsed() < BOX, |most| self.kills < most)
        {
            let mut server = self.start();
            let (url, stop) = (server.url(), AtomicBool::new(false));
            let (life, seed) = (self.rng.u64(50..700), self.rng.u64(..));
            thread::scope(|scope| {
                let (work, stop) = (&mut work, &stop);
                scope.spawn(move || work(&url, stop, seed));
                thread::sleep(Duration::from_millis(life));
                server.kill();
                stop.store(true, Ordering::Relaxed);
            });
            self.kills += 1;
            if self.kills.is_multiple_of(25) {
                println!("{} kills", self.kills);
            }
        }
        self.start()
    }
}

/// The binding and the name of an object.
type Target<'a> = (&'a str, &'a str);

/// What a method answers in the end: the panic of an alarm costs others their answers.
fn insist(server: &Server, object: Target<'_>, method: &str, values: Value) -> Value {
    let start = Instant::now();
    loop {
        if let Some(answer) = call(&server.url(), object, method, values.clone()) {
            return answer;
        }
        assert!(start.elapsed() < END, "no answer:\n{}", server.log());
    }
}

/// What a method of an object answers, if it does.
fn call(url: &str, object: Target<'_>, method: &str, values: Value) -> Option<Value> {
    outcome(url, object, method, values)?
        .get_mut("value")
        .map(Value::take)
}

/// What a call comes to, if it comes to anything.
fn outcome(url: &str, object: Target<'_>, method: &str, values: Value) -> Option<Value> {
    let config = ureq::Agent::config_builder()
        .max_idle_connections(0)
        .timeout_global(Some(Duration::from_secs(10)));
    let agent: ureq::Agent = config.build().into();
    let (binding, name) = object;
    let call = json!({ "binding": binding, "name": name, "method": method, "values": values });
    let answer = agent
        .post(format!("{url}/call"))
        .send(call.to_string())
        .ok()?;
    serde_json::from_str(&answer.into_body().read_to_string().ok()?).ok()
}
