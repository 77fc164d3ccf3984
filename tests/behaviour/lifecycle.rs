//! Nothing runs in a half-made actor.

use serde_json::json;

use crate::world::on_both;

on_both! {
    fn an_init_that_fails_is_tried_again_by_the_next_event(world) {
        let shy = world.object("SHY", "a");
        let failure = shy.refuse("wakes", json!([]));
        assert_eq!(
            (failure.name.as_str(), failure.message.as_str()),
            ("Conflict", "not yet")
        );
        assert_eq!(
            shy.alarm(),
            None,
            "what the failed init scheduled is undone"
        );
        assert_eq!(
            shy.ask("wakes", json!([])),
            json!([1, true]),
            "its persisted field too"
        );
        shy.ask("begin", json!([]));
        assert!(shy.alarm().is_some());
        assert_eq!(
            shy.ask("wakes", json!([])),
            json!([1, true]),
            "it runs once a wake"
        );
    }

    fn an_async_init_comes_before_any_of_the_events_that_wait_for_it(world) {
        let shy = world.object("SHY_ASYNC", "a");
        let outcomes = world.together(&vec![shy.describe("is_ready", json!([])); 5]);
        assert_eq!(outcomes[0].as_ref().unwrap_err().message, "not yet");
        for outcome in &outcomes[1..] {
            assert_eq!(outcome.as_ref().unwrap(), true);
        }
    }

    fn waking_with_an_unchanged_schema_writes_nothing_and_reads_two_rows_at_most(world) {
        world
            .object("LEDGER", "a")
            .ask("book", json!(["first", 5, "ok"]));
        world.crash();
        let ledger = world.object("LEDGER", "a");
        assert_eq!(ledger.ask("usage", json!([])), json!([1, 0]));
        // One more for whether the alarm is set for the earliest.
        assert_eq!(ledger.ask("usage", json!([])), json!([2, 0]));
        assert_eq!(ledger.ask("state", json!([]))["total"], 5);
    }

    fn a_table_in_another_form_than_declared_stops_the_wake_and_stays_as_it_is(world) {
        let ledger = world.object("LEDGER", "a");
        ledger.ask("book", json!(["first", 5, "ok"]));
        ledger.sql("ALTER TABLE entries ADD COLUMN extra TEXT");
        ledger.sql("UPDATE _actors SET fingerprint = 0");
        world.crash();
        let ledger = world.object("LEDGER", "a");
        let failure = ledger.refuse("state", json!([]));
        assert_eq!(failure.name, "Schema");
        assert!(failure.message.contains("`entries`") && failure.message.contains("extra TEXT"));
        assert_eq!(
            ledger.sql("SELECT name, extra FROM entries"),
            json!([["first", null]])
        );
    }

    fn a_stored_field_that_the_struct_does_not_have_is_kept(world) {
        let ledger = world.object("LEDGER", "a");
        ledger.ask("book", json!(["first", 5, "ok"]));
        ledger.sql("UPDATE _actors SET state = json_set(state, '$.of_other_code', 7)");
        world.crash();
        let ledger = world.object("LEDGER", "a");
        ledger.ask("book", json!(["second", 1, "ok"]));
        let stored =
            ledger.sql("SELECT json_extract(state, '$.of_other_code', '$.total') FROM _actors");
        assert_eq!(stored, json!([["[7,6]"]]));
    }
}
