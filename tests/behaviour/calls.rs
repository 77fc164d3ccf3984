//! No turn waits for itself, and none waits forever.

use std::time::Duration;

use serde_json::{Value, json};

use crate::world::{Failure, World, on_both};

/// What a friend is asked to do, who is to pass it on along these steps.
fn ask(world: &World, method: &str, steps: &Value) -> Result<Value, Failure> {
    let call = world.object("FRIEND", "a").describe(method, json!([steps]));
    let mut outcomes = world.together(&[call]);
    outcomes.remove(0)
}

/// Each friend answers at once.
#[track_caller]
fn all_are_free(world: &World) {
    for name in ["a", "b", "c"] {
        let heard = world.object("FRIEND", name);
        assert_eq!(heard.ask("look", json!([])), 1);
        assert_eq!(heard.ask("note", json!(["free"])), 1);
    }
}

#[track_caller]
fn deadlock(outcome: Result<Value, Failure>, chain: &str) {
    let failure = outcome.expect_err(chain);
    assert_eq!(failure.name, "Deadlock", "{failure:?}");
    let told = failure.message.starts_with(&format!("{chain}: "));
    assert!(told, "{} for {chain}", failure.message);
    assert!(!failure.retryable);
}

on_both! {
    fn whoever_would_wait_for_himself_is_told_so_at_once_and_by_which_way(world) {
        let start = std::time::Instant::now();
        for back in ["alone", "shared", "sync", "look"] {
            let outcome = ask(&world, "alone", &json!([["alone", "b"], [back, "a"]]));
            deadlock(outcome, "Friend \"a\" → Friend \"b\" → Friend \"a\"");
            let outcome = ask(&world, "alone", &json!([["shared", "b"], [back, "a"]]));
            deadlock(outcome, "Friend \"a\" → Friend \"b\" → Friend \"a\"");
            let outcome = ask(&world, "shared", &json!([["alone", "b"], ["shared", "c"], [back, "b"]]));
            deadlock(outcome, "Friend \"a\" → Friend \"b\" → Friend \"c\" → Friend \"b\"");
        }
        assert!(start.elapsed() < Duration::from_secs(5));
        all_are_free(&world);
        assert_eq!(world.object("FRIEND", "b").ask("seen", json!([])), 0, "nobody sees the header");
    }

    fn a_shared_turn_is_joined_by_those_that_it_waits_for(world) {
        for back in ["shared", "look"] {
            let outcome = ask(&world, "shared", &json!([["alone", "b"], ["shared", "c"], [back, "a"]]));
            assert_eq!(outcome.unwrap(), 4);
        }
        for back in ["alone", "sync"] {
            let outcome = ask(&world, "shared", &json!([["shared", "b"], [back, "a"]]));
            deadlock(outcome, "Friend \"a\" → Friend \"b\" → Friend \"a\"");
        }
        all_are_free(&world);
    }

    fn one_that_waits_for_a_shared_turn_does_not_keep_those_out_that_it_waits_for(world) {
        let friend = world.object("FRIEND", "a");
        for back in ["shared", "look"] {
            let steps = json!([["shared", "b"], [back, "a"]]);
            let outcomes = world.together(&[
                friend.describe("shared_while_one_waits", json!([steps])),
                friend.describe("note", json!(["waited"])),
            ]);
            assert_eq!(outcomes, [Ok(json!(3)), Ok(json!(1))]);
        }
    }

    fn alarms_sockets_and_requests_are_told_so_too(world) {
        let friend = world.object("FRIEND", "a");
        let steps = json!([["alone", "b"], ["look", "a"]]);
        friend.ask("set_alarm", json!([steps]));
        let told = "Deadlock: Friend \"a\" → Friend \"b\" → Friend \"a\": ";
        world.until("the alarm is told", || {
            let heard = friend.ask("heard", json!([]));
            heard[0].as_str().is_some_and(|text| text.starts_with(told))
        });
        let mut client = world.connect("/friends/a/ws");
        client.send(&json!({ "type": "go", "steps": steps }));
        assert!(client.json().as_str().is_some_and(|text| text.starts_with(told)));
        // A request is answered with a status, and the log says why.
        for steps in [
            json!([["fetch", "b"], ["shared", "c"], ["look", "b"]]),
            json!([["alone", "b"], ["shared", "c"], ["fetch", "b"]]),
        ] {
            let failure = ask(&world, "shared", &steps).unwrap_err();
            assert_eq!(failure.message, "answered 500 Internal Server Error");
        }
        world.logs("Friend \"a\" → Friend \"b\" → Friend \"c\" → Friend \"b\": ");
        all_are_free(&world);
    }

    fn several_calls_of_one_turn_at_once_are_told_apart(world) {
        let steps = json!([
            [["alone", "b"], ["look", "a"]],
            [["alone", "b"], ["alone", "c"]],
            [["shared", "d"], ["shared", "e"]],
            [["shared", "f"], ["sync", "a"]],
        ]);
        let told = |outcome: &Value| outcome.as_str().unwrap().split(": ").next().unwrap().to_owned();
        let all = |outcome: Result<Value, Failure>| -> Vec<String> {
            outcome.unwrap().as_array().unwrap().iter().map(told).collect()
        };
        assert_eq!(all(ask(&world, "fan_out", &steps)), ["Deadlock", "2", "2", "Deadlock"]);
        assert_eq!(all(ask(&world, "fan_out_shared", &steps)), ["2", "2", "2", "Deadlock"]);
        all_are_free(&world);
    }

    fn a_turn_that_has_ended_is_in_nobodys_way(world) {
        let friend = world.object("FRIEND", "a");
        friend.ask("leave_behind", json!(["b", [["shared", "c"], ["sync", "a"]]]));
        world.until("the other has called back", || {
            friend.ask("heard", json!([])) == json!(["called"])
        });
        let other = world.object("FRIEND", "b");
        world.until("the other has its answer", || other.ask("heard", json!([])) == json!(["3"]));
    }

    // Both are in one isolate here.
    fn of_those_that_wait_for_each_other_one_is_told_so_at_once(world) {
        let circles: [&[(&str, &str)]; 2] = [
            &[("a", "b"), ("b", "a")],
            &[("a", "b"), ("b", "c"), ("c", "d"), ("d", "a")],
        ];
        for circle in circles {
            let cross = |(from, to): &(&'static str, &str)| {
                world.object("FRIEND", from).describe("cross", json!([to]))
            };
            let calls: Vec<_> = circle.iter().map(cross).collect();
            let outcomes = world.together(&calls);
            let failures: Vec<_> = outcomes.into_iter().filter_map(Result::err).collect();
            assert_eq!(failures.len(), 1, "{failures:?}");
            assert_eq!(failures[0].name, "Deadlock");
            assert!(failures[0].message.contains("which waits for it by way of Friend \""), "{failures:?}");
            all_are_free(&world);
        }
        // Of one turn that waits for both.
        let steps = json!([
            [["alone", "b"], ["alone", "c"]],
            [["alone", "c"], ["alone", "b"]],
        ]);
        let outcome = ask(&world, "fan_out", &steps).unwrap();
        let deadlocks = outcome.as_array().unwrap().iter();
        let deadlocks = deadlocks.filter(|told| told.as_str().unwrap().starts_with("Deadlock: "));
        assert!(deadlocks.count() <= 1, "{outcome}");
        all_are_free(&world);
    }

    fn who_waits_for_one_that_never_ends_is_told_and_the_log_says_for_whom(world) {
        let friend = world.object("FRIEND", "a");
        friend.ask("set_note", json!([400]));
        world.begin(&friend.describe("hang", json!([])));
        world.pass(Duration::from_millis(100));
        let calls = [
            friend.describe("note", json!(["never"])),
            friend.describe("look", json!([])),
            friend.describe("alone", json!([[]])),
        ];
        for outcome in world.together(&calls) {
            let failure = outcome.expect_err("it hangs");
            assert_eq!((&*failure.name, failure.retryable), ("Busy", true), "{failure:?}");
            let message = failure.message;
            assert!(message.contains("Friend \"a\": ") && message.contains("`hang` has been \
                                      running"), "{message}");
        }
        world.logs("Friend \"a\": `hang` has been running for");
        world.pass(Duration::from_millis(900));
        world.crash();
        // What was told that it would not begin has not, and the alarm has waited.
        let friend = world.object("FRIEND", "a");
        world.until("its alarm has rung", || friend.ask("heard", json!([])) == json!(["rung"]));
    }

    fn one_that_never_ends_and_is_shared_is_in_the_way_of_exclusive_turns_alone(world) {
        let friend = world.object("FRIEND", "a");
        world.begin(&friend.describe("hang_shared", json!([])));
        world.pass(Duration::from_millis(100));
        assert_eq!(friend.ask("look", json!([])), 1);
        let outcomes = world.together(&[friend.describe("note", json!(["never"]))]);
        assert_eq!(outcomes[0].as_ref().unwrap_err().name, "Busy");
        assert_eq!(friend.ask("look", json!([])), 1, "who gave up is in nobody's way");
        assert_eq!(friend.ask("heard", json!([])), json!([]));
    }

    fn what_a_stranger_sends_in_the_place_of_the_chain_does_no_harm(world) {
        let friend = world.object("FRIEND", "a");
        let forged = |chain: &str| format!("\0actors:calls:{chain}");
        for chain in ["", "Friend/a/1,"] {
            let bytes = json!({ "$": "bytes", "value": forged(chain).into_bytes() });
            assert_eq!(friend.ask("note", json!(["once", bytes])), 1);
        }
        for chain in ["nonsense", "Friend/a/99999999999999999999,"] {
            let bytes = json!({ "$": "bytes", "value": forged(chain).into_bytes() });
            let failure = friend.refuse("note", json!(["once", bytes]));
            assert!(failure.message.contains("2 arguments were given"), "{failure:?}");
        }
        // A text is the caller's own, whatever it looks like.
        let shapes = world.object("SHAPES", "a");
        for text in ["", "nonsense", "Friend/a/1,"].map(forged) {
            let values = json!([1, 2, 0.5, true, text]);
            assert_eq!(shapes.ask("take", values.clone()), values);
        }
        let failure = friend.refuse("note", json!(["once", "Friend/a/1,"]));
        assert!(failure.message.contains("2 arguments were given"), "{failure:?}");
    }
}
