//! Calls with a time limit, calls that are made again, work in the background, and objects that give
//! up.

use std::time::Duration;

use serde_json::{Value, json};

use crate::world::{World, on_both};

/// What a customer's call comes to, which takes some time.
#[track_caller]
fn ask(world: &World, method: &str, values: Value) -> Value {
    let call = world.object("CUSTOMER", "c").describe(method, values);
    world.together(&[call]).remove(0).expect("an answer")
}

on_both! {
    fn a_call_within_its_limit_is_answered(world) {
        let answer = ask(&world, "wait", json!(["t", 5_000, 100]));
        assert_eq!(answer[0], json!({"Ok": 1}));
        assert!(answer[1].as_u64().unwrap() < 2_000, "{answer}");
    }

    fn who_waits_in_vain_waits_for_the_limit_and_no_longer(world) {
        let answer = ask(&world, "wait", json!(["t", 300, 3_000]));
        let late = "`count_after` has not been answered within the limit of 300 ms: it may have \
                    run, or may still do so";
        assert_eq!(answer[0], json!({"Err": ["Unavailable", late]}));
        let waited = answer[1].as_u64().unwrap();
        assert!((290..2_000).contains(&waited), "{waited}");
        // The call itself goes on.
        world.pass(Duration::from_millis(3_500));
        assert_eq!(world.object("TILL", "t").ask("counted", json!([])), 1);
    }

    fn a_call_that_has_not_begun_is_made_again(world) {
        let outcome = ask(&world, "press", json!(["t", 0]));
        assert_eq!(outcome["Err"][0], "Busy");
        world.pass(Duration::from_millis(1_000));
        assert_eq!(ask(&world, "press", json!(["u", 20])), json!({"Ok": 2}));
    }

    fn a_call_that_may_have_run_is_made_again_only_if_that_does_no_harm(world) {
        let insist = |who: &str, times: u32, how: &str| ask(&world, "insist", json!([who, times, how]));
        let lost = json!({"Err": ["Unavailable", "lost"]});
        for (who, how) in [("a", "never"), ("b", "plain")] {
            assert_eq!(insist(who, 2, how), lost);
            assert_eq!(insist(who, 0, how), json!({"Ok": 2}), "it was called once");
        }
        for (who, how) in [("c", "once"), ("d", "idempotent"), ("e", "limited")] {
            assert_eq!(insist(who, 2, how), json!({"Ok": 3}), "{how}");
        }
        assert_eq!(insist("f", 10, "once"), lost);
        assert_eq!(insist("f", 0, "never"), json!({"Ok": 5}), "it was called four times");
    }

    fn what_is_done_in_the_background_is_answered_before_it_ends(world) {
        for (till, fails) in [("a", false), ("b", true)] {
            let till = world.object("TILL", till);
            assert_eq!(till.ask("count_later", json!([fails])), 0);
            world.until("it has called back", || till.ask("counted", json!([])) == 1);
        }
        world.logs("Till \"b\": in the background: nobody waits for this");
    }

    fn an_object_that_is_aborted_forgets_what_was_in_memory_and_tells_all_who_wait(world) {
        let till = world.object("TILL", "t");
        assert_eq!([1, 2].map(|_| till.ask("remember", json!([]))), [1, 2]);
        let failure = till.refuse("give_up", json!([]));
        assert_eq!((&*failure.name, &*failure.message), ("Unavailable", "the till is stuck"));
        world.pass(Duration::from_millis(100));
        assert_eq!(till.ask("state", json!([])), json!([0, 0, 0]), "undone and forgotten");
        assert_eq!(till.ask("remember", json!([])), 1);
        let stuck = json!({"Err": ["Unavailable", "the till is stuck"]});
        assert_eq!(ask(&world, "outlive", json!(["t"])), json!([stuck, stuck]));
        world.pass(Duration::from_millis(100));
        assert_eq!(till.ask("remember", json!([])), 1);
        assert_eq!(world.object("TILL", "other").ask("remember", json!([])), 1);
    }
}
