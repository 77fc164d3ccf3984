//! The search for faults finds what it is there to find, and nothing where nothing is.

#![allow(
    missing_docs,
    unreachable_pub,
    reason = "actors that are wrong on purpose"
)]

mod bugs;

use std::cell::Cell;
use std::time::{Duration, Instant};

use actors_core::testing::{Search, World};
use bugs::{Bank, Forgetful, Inbox, Reminder, Tally};

/// Adds, and counts what was acknowledged.
fn tally(how: &'static str) -> Search<Cell<u32>> {
    Search::<Cell<u32>>::new()
        .step("add", async move |run| {
            let tally = run.get::<Tally>("t");
            let added = match how {
                "shared" => tally.add_shared().await,
                _ => tally.add_alone().await,
            };
            if added.is_ok() {
                run.model().update(|count| count + 1);
            }
        })
        .invariant("what was added is there", |world, added| {
            let total = world
                .run(world.get::<Tally>("t").total())
                .map_err(|e| e.to_string())?;
            at_least(total, added.get(), "added")
        })
}

fn bank(how: &'static str) -> Search<()> {
    Search::new()
        .step("transfer", async move |run| {
            let bank = run.get::<Bank>("b");
            let _ = match how {
                "apart" => bank.transfer_in_two_parts(10).await,
                _ => bank.transfer_in_a_transaction(10).await,
            };
        })
        .invariant("no money is lost or made", |world, ()| {
            let total = world
                .run(world.get::<Bank>("b").total())
                .map_err(|e| e.to_string())?;
            if total == 1000 {
                Ok(())
            } else {
                Err(format!("there are {total} of 1000"))
            }
        })
}

fn reminder(how: &'static str) -> Search<Cell<u32>> {
    Search::<Cell<u32>>::new()
        .step("remind", async move |run| {
            let number = run.model().get();
            run.model().set(number + 1);
            let reminder = run.get::<Reminder>("r");
            let _ = match how {
                "again" => reminder.remind(number).await,
                _ => reminder.remind_once(number).await,
            };
        })
        .invariant("nobody is reminded twice", |world, _| {
            world.advance(Duration::from_secs(3600));
            let doubled = world
                .run(world.get::<Inbox>("i").doubled())
                .map_err(|e| e.to_string())?;
            if doubled.is_empty() {
                Ok(())
            } else {
                Err(format!("{doubled:?} came twice"))
            }
        })
}

fn forgetful(how: &'static str) -> Search<Cell<u32>> {
    Search::<Cell<u32>>::new()
        .step("learn", async move |run| {
            let forgetful = run.get::<Forgetful>("f");
            let learned = match how {
                "in memory" => forgetful.learn_in_memory().await,
                _ => forgetful.learn().await,
            };
            if learned.is_ok() {
                run.model().update(|count| count + 1);
            }
        })
        .invariant("what was learned is known", |world, learned| {
            let known = world
                .run(world.get::<Forgetful>("f").known())
                .map_err(|e| e.to_string())?;
            at_least(known, learned.get(), "learned")
        })
}

fn at_least(found: u32, told: u32, what: &str) -> Result<(), String> {
    if found >= told {
        Ok(())
    } else {
        Err(format!("{told} were {what}, {found} are there"))
    }
}

/// The report of a search that must find something, in well under 10 s.
#[track_caller]
fn found<M: Default + 'static>(search: Search<M>) -> String {
    let start = Instant::now();
    let report = search.find().expect("a fault is there");
    println!("found in {:?}:\n{report}\n", start.elapsed());
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "{:?}",
        start.elapsed()
    );
    report
}

#[test]
fn an_update_that_is_lost_across_an_await() {
    let report = found(tally("shared"));
    assert!(report.contains("1. add\n  2. add\n"), "{report}");
    assert!(report.contains("It takes 2 of the"), "{report}");
}

#[test]
fn an_effect_outside_of_the_transaction() {
    let report = found(bank("apart"));
    assert!(
        report.contains("crash") || report.contains("kill"),
        "{report}"
    );
}

#[test]
fn an_alarm_handler_that_does_not_expect_to_run_twice() {
    let report = found(reminder("again"));
    assert!(report.contains("came twice"), "{report}");
}

#[test]
fn state_that_is_kept_in_memory_only() {
    let report = found(forgetful("in memory"));
    assert!(report.contains("1. learn\n"), "{report}");
}

#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    let reports = [
        tally("alone").runs(300).find(),
        bank("together").runs(300).find(),
        reminder("once").runs(300).find(),
        forgetful("for good").runs(300).find(),
    ];
    assert_eq!(reports, [const { None }; 4]);
}

#[test]
fn a_seed_makes_the_same_run_every_time() {
    let first = found(reminder("again"));
    for _ in 0..10 {
        assert_eq!(reminder("again").find().expect("the same fault"), first);
    }
    let story = |seed| {
        let world = World::seeded(seed);
        let tally = world.get::<Tally>("t");
        let other = world.get::<Tally>("u");
        world.run(async {
            let mut calls = [Box::pin(tally.add_shared()), Box::pin(other.add_shared())];
            for call in &mut calls {
                call.await.unwrap();
            }
        });
        world.story()
    };
    for seed in 0..10 {
        assert_eq!(story(seed), story(seed));
    }
}

/// How many scenarios a second: `cargo test -p actors-tests --release --test search
/// -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn speed() {
    let runs = 20_000;
    let start = Instant::now();
    assert_eq!(forgetful("for good").runs(runs).find(), None);
    println!(
        "{:.0} runs a second",
        runs as f64 / start.elapsed().as_secs_f64()
    );
}
