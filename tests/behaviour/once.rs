//! A call with a key happens once, and is answered as often as it is made.

use std::time::Duration;

use serde_json::{Value, json};

use crate::world::{Object, on_both};

/// Whether there is a table of answers.
fn keeps_any(till: &Object<'_>) -> bool {
    till.sql("SELECT COUNT(*) FROM sqlite_master WHERE name = '_actors_once'") != json!([[0]])
}

/// How many answers are kept; none if they have no table.
fn kept(till: &Object<'_>) -> Option<u64> {
    if !keeps_any(till) {
        return None;
    }
    till.sql("SELECT COUNT(*) FROM _actors_once")[0][0].as_u64()
}

fn placed(till: &Object<'_>) -> Value {
    till.ask("state", json!([]))
}

on_both! {
    fn a_second_call_gets_the_first_answer_and_runs_nothing(world) {
        let till = world.object("TILL", "a");
        assert_eq!(kept(&till), None, "asking creates nothing");
        let order = json!(["o1", "soup", {"colour": "red", "size": null}]);
        let receipt = till.ask("place", order.clone());
        assert_eq!(receipt["number"], 1);
        assert_eq!(receipt["price"], json!({"$": "number", "value": "NaN"}), "as it was sent");
        assert_eq!(receipt["seal"], json!({"$": "bytes", "value": b"\0seal"}));
        let settings = till.alarm_counts().0;
        world.pass(Duration::from_millis(50));
        // Not even the order of fields matters, nor one that says nothing.
        let alike = json!(["o1", "soup", {"size": {"$": "undefined"}, "colour": "red"}]);
        for again in [&order, &alike] {
            assert_eq!(till.ask("place", again.clone()), receipt);
        }
        assert_eq!(placed(&till), json!([1, 1, 1]));
        assert_eq!((till.alarm_counts().0, kept(&till)), (settings, Some(1)));
        world.crash();
        let till = world.object("TILL", "a");
        assert_eq!(till.ask("place", order), receipt);
        assert_eq!(placed(&till), json!([1, 0, 1]), "in memory alone nothing is put back");
        // Another key is another call, and so is another method, and another object.
        till.ask("place", json!(["o2", "soup"]));
        till.ask("place_or_fail", json!(["o1"]));
        assert_eq!(placed(&till), json!([3, 1, 3]));
        let other = world.object("TILL", "b");
        assert_eq!(other.ask("place", json!(["o1", "soup"]))["number"], 1);
    }

    fn calls_with_one_key_at_once_are_one_call(world) {
        let till = world.object("TILL", "a");
        let call = till.describe("place", json!(["o1", "soup"]));
        let answers = world.together(&vec![call; 5]);
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        assert_eq!(placed(&till), json!([1, 1, 1]));
    }

    fn the_same_key_with_other_arguments_is_a_mistake(world) {
        let till = world.object("TILL", "a");
        till.ask("place", json!(["o1", "soup", {"colour": "red"}]));
        for others in [
            json!(["o1", "salad", {"colour": "red"}]),
            json!(["o1", "soup", {"colour": "blue"}]),
            json!(["o1", "soup", {"size": 1, "colour": "red"}]),
            json!(["o1", "soup"]),
        ] {
            let failure = till.refuse("place", others);
            assert_eq!(failure.name, "Conflict");
            assert_eq!(
                failure.message,
                "`place` was called with the key \"o1\" before, and with other arguments: another \
                 call needs another key"
            );
        }
        assert_eq!(placed(&till), json!([1, 1, 1]));
    }

    fn what_fails_keeps_nothing(world) {
        let till = world.object("TILL", "a");
        till.refuse("place_or_fail", json!(["o1", "err"]));
        assert_eq!(kept(&till), None);
        let failure = till.refuse("place_or_fail", json!(["o1", "panic"]));
        assert_eq!(failure.message, "panicked: not now");
        assert_eq!(kept(&till), None);
        assert_eq!(till.ask("place_or_fail", json!(["o1"])), 1);
        assert_eq!(till.ask("place_or_fail", json!(["o1"])), 1);
        till.refuse("place_or_fail", json!(["o2", "err"]));
        assert_eq!((placed(&till), kept(&till)), (json!([1, 0, 1]), Some(1)));
    }

    fn an_answer_is_kept_for_its_time_and_removed_when_others_come(world) {
        let till = world.object("TILL", "a");
        let count = |key: u32| till.ask("count", json!([[key, "x"]]));
        assert_eq!([count(0), count(0)], [1, 1]);
        world.pass(Duration::from_millis(1_200));
        assert_eq!(count(0), 1, "asking does not prolong it");
        world.pass(Duration::from_millis(2_000));
        assert_eq!(count(0), 2);
        for key in 1..=60 {
            count(key);
        }
        assert_eq!(till.ask("place", json!(["o1", "soup"]))["number"], 63);
        world.pass(Duration::from_millis(3_100));
        for key in 100..=200 {
            count(key);
        }
        // Each of those that came has removed several of those that had gone.
        let left = till.sql("SELECT COUNT(*) FROM _actors_once WHERE key LIKE '[__,%' OR key LIKE '[_,%'");
        assert!(left[0][0].as_u64().unwrap() < 15, "{left}");
        assert_eq!(till.ask("place", json!(["o1", "soup"]))["number"], 63, "kept for a day");
    }

    fn without_a_context_and_without_anything_stored_it_is_the_same(world) {
        let till = world.object("TILL", "a");
        let now = till.ask("now", json!([7]));
        world.pass(Duration::from_millis(50));
        assert_eq!(till.ask("now", json!([7])), now);
        assert_ne!(till.ask("now", json!([8])), now);
        assert_eq!(placed(&till), json!([0, 0, 0]));
    }

    fn an_answer_that_no_row_holds_undoes_the_call(world) {
        let till = world.object("TILL", "a");
        let failure = till.refuse("much", json!(["key", 1_000_000]));
        assert_eq!(failure.name, "Internal");
        assert!(
            failure.message.starts_with("the answer of `much` is kept in a row, which is too small"),
            "{failure:?}"
        );
        assert_eq!((placed(&till), kept(&till)), (json!([0, 0, 0]), None));
        assert_eq!(till.ask("much", json!(["key", 500_000])).as_str().unwrap().len(), 1_500_000);
        let failure = till.refuse("much", json!(["k".repeat(1_100), 1]));
        assert_eq!(failure.name, "InvalidArgument");
        assert!(failure.message.contains("has at most 1024 bytes as JSON, this one has 1102"), "{failure:?}");
        let failure = till.refuse("much", json!([]));
        assert!(failure.message.contains("argument `key`"), "{failure:?}");
    }

    fn the_end_of_an_object_forgets_what_it_answered(world) {
        let till = world.object("TILL", "a");
        assert_eq!(till.ask("close", json!([5])), 5);
        // One look: between two, the object may come to its end.
        world.until("nothing is left", || !keeps_any(&till));
        assert_eq!(till.ask("close", json!([5])), 5, "by another object");
    }
}
