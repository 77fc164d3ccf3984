//! A panic answers its caller, and the next call works.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::world::{World, on_both};

/// Natively the end of the stack is that of the test.
#[test]
fn a_trap_answers_its_caller_and_all_who_wait() {
    let world = World::in_workerd("panics-trap");
    let doomed = world.object("DOOMED", "a");
    let start = Instant::now();
    for end in ["stack", "memory"] {
        let failure = doomed.refuse("end", json!([end]));
        assert_eq!(failure.name, "Panic");
        assert!(failure.message.contains("trapped: "), "{failure:?}");
        assert_eq!(
            doomed.ask("rung", json!([])),
            json!([]),
            "nothing is left of it"
        );

        let calls = [
            world.object("DOOMED", "b").describe("wait", json!([])),
            doomed.describe("end_after_await", json!([end])),
        ];
        for outcome in world.together(&calls) {
            let failure = outcome.unwrap_err();
            assert_eq!((&*failure.name, failure.retryable), ("Unavailable", true));
        }
        assert_eq!(doomed.ask("rung", json!([])), json!([]));
    }
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "{:?}",
        start.elapsed()
    );
}

fn panics_and_goes_on(world: &World, method: &str) {
    let ledger = world.object("LEDGER", "a");
    ledger.ask("book", json!(["first", 5, "ok"]));
    let alarm = ledger.alarm();

    let start = Instant::now();
    let failure = ledger.refuse(method, json!(["second", 100, "panic"]));
    assert!(
        start.elapsed() < Duration::from_secs(1),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(failure.name, "Panic");
    assert!(failure.message.contains("as asked for"), "{failure:?}");

    assert_eq!(
        ledger.ask("state", json!([])),
        json!({ "names": ["first"], "total": 5, "turns": 0, "alarms": 1 })
    );
    assert_eq!(ledger.alarm(), alarm);
    assert_eq!(ledger.ask(method, json!(["third", 2, "ok"])), 7);
}

on_both! {
    fn in_a_synchronous_handler(world) {
        panics_and_goes_on(&world, "book");
    }

    fn before_an_await(world) {
        panics_and_goes_on(&world, "book_before_await");
    }

    fn after_an_await(world) {
        panics_and_goes_on(&world, "book_after_await");
    }

    fn in_a_request(world) {
        let start = Instant::now();
        assert_eq!(world.request("POST", "/web/a?panic", &[], "").status, 500);
        assert!(
            start.elapsed() < Duration::from_secs(1),
            "{:?}",
            start.elapsed()
        );
        assert_eq!(
            world.request("POST", "/web/a", &[], "").json(),
            json!(["a", "", 1])
        );
    }

    fn in_one_actor_while_others_wait(world) {
        let ledger = world.object("LEDGER", "a");
        let crossing = world.object("CROSSING", "a");
        // `meet` waits for another that never comes, in the same isolate.
        let calls = [
            crossing.describe("meet", json!([])),
            ledger.describe("book_after_await", json!(["x", 1, "panic"])),
        ];
        let start = Instant::now();
        let outcomes = world.together(&calls);
        assert!(
            start.elapsed() < Duration::from_secs(1),
            "{:?}",
            start.elapsed()
        );
        let lost = outcomes[0].as_ref().unwrap_err();
        assert_eq!((lost.name.as_str(), lost.retryable), ("Unavailable", true));
        assert_eq!(outcomes[1].as_ref().unwrap_err().name, "Panic");
        assert_eq!(crossing.ask("add_slowly", json!([])), 1);
    }

    fn again_and_again(world) {
        let ledger = world.object("LEDGER", "a");
        for round in 1..=20 {
            let method = if round % 2 == 0 {
                "book"
            } else {
                "book_after_await"
            };
            assert_eq!(
                ledger.refuse(method, json!(["x", 1, "panic"])).name,
                "Panic"
            );
            assert_eq!(ledger.ask(method, json!(["y", 1, "ok"])), round);
        }
    }
}
