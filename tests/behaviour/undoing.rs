//! A rollback puts back what is kept beside the database, too.

use std::time::Duration;

use serde_json::{Value, json};

use crate::world::{Object, on_both};

/// How the end of an object is undone while its handler succeeds or fails.
const UNDONE: [&str; 5] = ["handler", "after_more", "caught", "caught_twice", "outer"];

/// The object lives: it has what it had, in memory too, and its alarms run.
#[track_caller]
fn lives(world: &crate::world::World, object: &Object<'_>, set: usize) {
    object.ask("set", json!([format!("n{set}"), 0]));
    let names: Vec<String> = (1..=set).map(|number| format!("n{number}")).collect();
    let state = || object.ask("state", json!([]));
    world.until("its alarm has rung", || {
        state() == json!([names, names, set])
    });
}

on_both! {
    fn an_end_that_is_undone_leaves_the_object_alive(world) {
        for method in ["end", "end_shared"] {
            let object = world.object("UNDOING", method);
            lives(&world, &object, 1);
            for (set, how) in (2..).zip(UNDONE) {
                let outcome = object.call(method, json!([how]));
                assert_eq!(outcome.is_err(), ["handler", "after_more"].contains(&how), "{how}");
                lives(&world, &object, set);
            }
            let (settings, rings) = object.alarm_counts();
            world.pass(Duration::from_millis(300));
            assert_eq!(object.alarm_counts(), (settings, rings), "nothing rings");
        }
    }

    fn an_async_handler_that_undoes_an_end_leaves_the_object_alive(world) {
        let object = world.object("UNDOING", "a");
        lives(&world, &object, 1);
        for (set, how) in (2..).zip(UNDONE) {
            let outcome = object.call("end_slowly", json!([how]));
            assert_eq!(outcome.is_err(), ["handler", "after_more"].contains(&how), "{how}");
            lives(&world, &object, set);
        }
    }

    fn an_alarm_that_undoes_an_end_leaves_the_object_alive(world) {
        let object = world.object("UNDOING", "a");
        lives(&world, &object, 1);
        for (set, how) in (2..).zip(UNDONE) {
            object.ask("set_end", json!([how, 0]));
            lives(&world, &object, set);
        }
        world.until("those that fail are set aside", || object.ask("failed", json!([])) == 2);
        let (_, rings) = object.alarm_counts();
        world.pass(Duration::from_millis(300));
        assert_eq!(object.alarm_counts().1, rings, "nothing rings");
    }

    fn a_panic_undoes_an_end(world) {
        let object = world.object("UNDOING", "a");
        lives(&world, &object, 1);
        object.refuse("end", json!(["panic"]));
        // It is made anew from its storage.
        let state = object.ask("state", json!([]));
        assert_eq!(state, json!([["n1"], ["n1"], 0]));
        object.ask("set", json!(["n2", 0]));
        world.until("its alarm has rung", || object.ask("state", json!([]))[1] == json!(["n1", "n2"]));
    }

    fn an_end_that_was_committed_comes_though_the_handler_fails_later(world) {
        let object = world.object("UNDOING", "a");
        lives(&world, &object, 1);
        assert_eq!(object.refuse("end_and_wait", json!([])).message, "too late");
        let left = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'lines'";
        world.until("nothing is left", || object.sql(left) == json!([[0]]));
        assert_eq!(object.alarm(), None);
        lives(&world, &object, 1);
        object.ask("set_end", json!(["not_at_all", 0]));
        world.until("nothing is left", || object.sql(left) == json!([[0]]));
    }

    fn an_attachment_goes_back_with_the_transaction_that_changed_it(world) {
        let mut client = world.connect("/undoing/a/ws");
        let mut says = |message: Value| {
            client.send(&message);
            client.json()
        };
        let call_me = |name: &str, fails: Option<&str>| {
            json!({ "type": "call_me", "name": name, "fails": fails })
        };
        assert_eq!(says(call_me("ann", None)), "ann");
        assert_eq!(says(call_me("eve", Some("in all")))["type"], "error");
        assert_eq!(says(json!({ "type": "who" })), "ann");
        assert_eq!(says(call_me("eve", Some("in part"))), "ann");
        assert_eq!(says(call_me("bob", None)), "bob");
        assert_eq!(says(call_me("eve", Some("in all")))["type"], "error");
        world.hibernate();
        client.send(&json!({ "type": "who" }));
        assert_eq!(client.json(), "bob");
    }
}
