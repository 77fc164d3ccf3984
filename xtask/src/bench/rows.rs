//! `cargo xtask bench rows`

use std::fs;

use actors_harness::{root, tools, worker::Worker, workerd::Server};
use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// What is measured: a name, the method, its argument, and how often a round calls it.
const WORK: [(&str, &str, u32, u32); 4] = [
    ("10,000 inserts of 5 values, in one call", "fill", 10_000, 3),
    ("10,000 rows x 5 columns, all at once", "all", 0, 10),
    ("10,000 rows x 5 columns, one by one", "each", 0, 10),
    ("1,000 statements of one row", "singles", 1_000, 20),
];
const ROUNDS: usize = 7;
const WHO: [&str; 3] = ["OURS", "BY_HAND", "JAVASCRIPT"];

#[derive(Deserialize)]
struct Measured {
    millis: f64,
    answer: Option<f64>,
}

pub(crate) fn run() -> Result<()> {
    let folder = root().join("tests/bench");
    let worker = Worker::from_crate(&folder)?.with_main("driver.js", folder.join("driver.js"));
    let disk = tools::folder().join("bench");
    let _ = fs::remove_dir_all(&disk);
    let server = Server::start(&[worker], &disk, None)?;
    println!("ms a call, the best of {ROUNDS} rounds; the ratio is theirs to ours\n");
    println!(
        "{:42}{:>9}{:>19}{:>19}",
        "", "actor", "workers-rs", "JavaScript"
    );
    for (name, what, count, times) in WORK {
        let [ours, by_hand, javascript] = best(&server, what, count, times)?;
        let ratio = |theirs: f64| format!("{theirs:.2} ({:.2})", theirs / ours);
        println!(
            "{name:42}{ours:>9.2}{:>19}{:>19}",
            ratio(by_hand),
            ratio(javascript)
        );
    }
    Ok(())
}

/// The best time of each, who take turns; all must come to the same.
fn best(server: &Server, what: &str, count: u32, times: u32) -> Result<[f64; 3]> {
    let mut best = [f64::INFINITY; 3];
    for _ in 0..ROUNDS {
        let mut answers = Vec::new();
        for (who, best) in WHO.iter().zip(&mut best) {
            let url = format!(
                "{}/?who={who}&what={what}&count={count}&times={times}",
                server.url()
            );
            let text = ureq::get(&url)
                .call()
                .and_then(|mut response| response.body_mut().read_to_string())
                .with_context(|| format!("{who} failed: {}", server.log()))?;
            let measured: Measured = serde_json::from_str(&text)?;
            *best = best.min(measured.millis / f64::from(times));
            answers.extend(measured.answer.filter(|answer| *answer != 0.0));
        }
        let is_same = answers
            .iter()
            .all(|answer| (answer - answers[0]).abs() < 0.001);
        ensure!(is_same, "they come to different results: {answers:?}");
    }
    Ok(best)
}
