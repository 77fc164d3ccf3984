//! Borrow rules are concurrency rules.

use serde_json::{Value, json};

use crate::world::{Object, World, on_both};

/// What JavaScript gets of a call: a value, or a promise of one.
fn kind_of_answer(crossing: &Object<'_>, method: &str, values: &[Value]) -> Value {
    let mut all = vec![json!("kind of answer"), json!(method)];
    all.extend_from_slice(values);
    crossing.ask("observe", json!(all))
}

#[test]
fn a_synchronous_handler_on_a_free_gate_makes_no_promise() {
    let world = World::in_workerd("no-promise");
    let crossing = world.object("CROSSING", "a");
    assert_eq!(
        kind_of_answer(&crossing, "note", &[json!(1)]),
        "value",
        "waking included"
    );
    assert_eq!(kind_of_answer(&crossing, "count", &[]), "value");
    assert_eq!(kind_of_answer(&crossing, "add_slowly", &[]), "promise");
}

on_both! {
    fn a_hundred_concurrent_async_exclusive_turns_lose_no_update(world) {
        let crossing = world.object("CROSSING", "a");
        let calls = vec![crossing.describe("add_slowly", json!([])); 100];
        let mut counts: Vec<u64> = world
            .together(&calls)
            .into_iter()
            .map(|outcome| outcome.unwrap().as_u64().unwrap())
            .collect();
        counts.sort_unstable();
        assert_eq!(counts, (1..=100).collect::<Vec<_>>());
        assert_eq!(crossing.ask("count", json!([])), 100);
    }

    fn shared_turns_overlap(world) {
        let crossing = world.object("CROSSING", "a");
        // The first two wake the actor, which must not keep them apart either.
        for _ in 0..2 {
            let calls = vec![crossing.describe("meet", json!([])); 2];
            for outcome in world.together(&calls) {
                assert!(outcome.unwrap().as_u64().unwrap() >= 2);
            }
        }
    }

    fn turns_begin_in_the_order_of_their_arrival(world) {
        let crossing = world.object("CROSSING", "a");
        crossing.ask("order", json!([]));
        let calls: Vec<_> = (0..40)
            .map(|turn| match turn % 3 {
                0 => crossing.describe("note_slowly", json!([turn])),
                _ => crossing.describe("note", json!([turn])),
            })
            .collect();
        for outcome in world.together(&calls) {
            outcome.unwrap();
        }
        assert_eq!(
            crossing.ask("order", json!([])),
            json!((0..40).collect::<Vec<_>>())
        );
    }

    fn an_actor_that_calls_itself_is_told_so(world) {
        let caller = world.object("CALLER", "a");
        let failure = caller.refuse("call_itself", json!([]));
        assert_eq!(failure.name, "Deadlock");
        assert!(failure.message.contains("`self.echo(..)`"), "{failure:?}");
        assert_eq!(caller.ask("call_sibling", json!([])), 2);
    }
}
