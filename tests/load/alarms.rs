//! Many alarms due at once: how fast they run, and how long a request waits meanwhile.
//! `cargo xtask bench alarms` runs it, for this framework and for npm's
//! `@cloudflare/actors`, one after the other on the same machine.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use actors_harness::tools;
use actors_harness::worker::{Binding, Module, Object, Worker};
use actors_harness::workerd::Server;
use serde_json::{Value, json};

/// How many are due at once.
const ALARMS: u32 = 100_000;
/// How long they may take.
const PATIENCE: Duration = Duration::from_secs(120);

fn main() {
    let ours = measure("actors", &ours(), 1_000);
    let theirs = measure("@cloudflare/actors", &theirs(), 50_000);
    if let (Some(ours), Some(theirs)) = (ours, theirs) {
        println!("{:.2} times the rate of @cloudflare/actors", ours / theirs);
    }
}

fn ours() -> Worker {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    Worker::from_crate(&tests.join("fixtures"))
        .expect("the fixtures build")
        .with_main("driver.js", tests.join("behaviour/driver.js"))
}

fn theirs() -> Worker {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("load/cloudflare_actors.js");
    let bundle = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cloudflare_actors.js");
    let modules = tools::ensure_bench().expect("npm installs");
    let status = Command::new(tools::ensure().expect("the tools install").esbuild)
        .arg(source)
        .args([
            "--bundle",
            "--format=esm",
            "--external:cloudflare:workers",
            "--log-level=error",
        ])
        .arg(format!("--outfile={}", bundle.display()))
        .env("NODE_PATH", modules)
        .status();
    assert!(status.expect("esbuild starts").success());
    Worker {
        name: "theirs".to_owned(),
        modules: vec![Module {
            name: "main.js".to_owned(),
            path: bundle,
        }],
        objects: vec![Object {
            class: "Loaded".to_owned(),
            sqlite: true,
        }],
        bindings: vec![("LOADED".to_owned(), Binding::Object("Loaded".to_owned()))],
        compatibility_date: "2026-11-01".to_owned(),
        compatibility_flags: Vec::new(),
    }
}

/// The rate at which they run, if they all do.
fn measure(name: &str, worker: &Worker, at_a_time: u32) -> Option<f64> {
    let disk = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-alarms");
    let _ = fs::remove_dir_all(&disk);
    let server = Server::start(std::slice::from_ref(worker), &disk, None).expect("workerd starts");
    let url = server.url();
    // Far enough away for all to be there in time.
    let due = now() + 30_000;
    let due_value = match name {
        "actors" => json!({ "$": "date", "value": due }),
        _ => json!(due),
    };
    let start = Instant::now();
    for _ in 0..ALARMS / at_a_time {
        call(&url, "load", json!([at_a_time, due_value]));
    }
    println!(
        "{name}: {ALARMS} alarms scheduled in {:.1} s",
        start.elapsed().as_secs_f64()
    );
    thread::sleep(Duration::from_millis(due.saturating_sub(now())));

    let start = Instant::now();
    let mut longest = Duration::ZERO;
    let mut runs = 0;
    while runs < u64::from(ALARMS) && start.elapsed() < PATIENCE {
        let asked = Instant::now();
        if let Some(answer) = call(&url, "runs", json!([])) {
            runs = answer.as_u64().expect("a number");
        }
        longest = longest.max(asked.elapsed());
        thread::sleep(Duration::from_millis(10));
    }
    let took = start.elapsed();
    #[allow(clippy::cast_precision_loss, reason = "it is a rate")]
    let rate = runs as f64 / took.as_secs_f64();
    println!(
        "{name}: {runs} of {ALARMS} alarms have run after {:.1} s, {rate:.0} a second; a request \
         waited {} ms at most",
        took.as_secs_f64(),
        longest.as_millis()
    );
    (runs == u64::from(ALARMS)).then_some(rate)
}

fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.expect("the clock is right").as_millis() as u64
}

/// What a method answers, if it does.
fn call(url: &str, method: &str, values: Value) -> Option<Value> {
    let config = ureq::Agent::config_builder()
        .max_idle_connections(0)
        .timeout_global(Some(PATIENCE));
    let agent: ureq::Agent = config.build().into();
    let call = json!({ "binding": "CRASHER", "name": "load", "method": method, "values": values });
    let answer = agent
        .post(format!("{url}/call"))
        .send(call.to_string())
        .ok()?;
    let mut answer: Value =
        serde_json::from_str(&answer.into_body().read_to_string().ok()?).ok()?;
    if let Some(error) = answer.get("error") {
        println!("{method}: {error}");
    }
    answer.get_mut("value").map(Value::take)
}
