//! A turn that fails changes nothing.

use serde_json::json;

use crate::world::on_both;

on_both! {
    fn an_error_undoes_rows_alarms_and_persisted_fields(world) {
        let ledger = world.object("LEDGER", "a");
        assert_eq!(ledger.ask("book", json!(["first", 5, "ok"])), 5);
        let before = ledger.alarm();
        assert!(before.is_some());
        assert_eq!(
            ledger.ask("state", json!([])),
            json!({ "names": ["first"], "total": 5, "turns": 1, "alarms": 1 })
        );

        let failure = ledger.refuse("book", json!(["second", 100, "err"]));
        assert_eq!(
            (failure.name.as_str(), failure.message.as_str()),
            ("Conflict", "as asked for")
        );

        // `turns` is not persisted: a cache, which keeps what it holds.
        let after = json!({ "names": ["first"], "total": 5, "turns": 2, "alarms": 1 });
        assert_eq!(ledger.ask("state", json!([])), after);
        assert_eq!(ledger.alarm(), before);
        world.crash();
        let ledger = world.object("LEDGER", "a");
        assert_eq!(
            ledger.ask("state", json!([])),
            json!({ "names": ["first"], "total": 5, "turns": 0, "alarms": 1 })
        );
        assert_eq!(ledger.alarm(), before);
    }

    fn an_error_in_the_first_turn_leaves_no_alarm(world) {
        let ledger = world.object("LEDGER", "a");
        ledger.refuse("book", json!(["x", 1, "err"]));
        assert_eq!(ledger.alarm(), None);
        assert_eq!(
            ledger.ask("state", json!([])),
            json!({ "names": [], "total": 0, "turns": 1, "alarms": 0 })
        );
    }

    fn an_async_handler_that_fails_keeps_its_persisted_fields(world) {
        let ledger = world.object("LEDGER", "a");
        ledger.ask("book_after_await", json!(["first", 5, "ok"]));
        ledger.refuse("book_after_await", json!(["second", 100, "err"]));
        assert_eq!(
            ledger.ask("state", json!([])),
            json!({ "names": ["first"], "total": 5, "turns": 2, "alarms": 1 })
        );
    }

    fn a_transaction_in_a_transaction_fails_alone(world) {
        let ledger = world.object("LEDGER", "a");
        ledger.ask("book_nested", json!(["outer", "inner"]));
        assert_eq!(
            ledger.ask("state", json!([])),
            json!({ "names": ["outer"], "total": 1, "turns": 1, "alarms": 1 })
        );
    }

    fn a_persisted_field_that_could_not_be_read_again_is_refused(world) {
        let ledger = world.object("LEDGER", "a");
        ledger.ask("book", json!(["first", 5, "ok"]));
        let failure = ledger.refuse("spoil", json!([]));
        assert!(failure.message.contains("`ratio`"), "{failure:?}");
        assert_eq!(ledger.ask("state", json!([]))["total"], 5);
        world.crash();
        assert_eq!(
            world.object("LEDGER", "a").ask("state", json!([]))["total"],
            5
        );
    }

    fn persisted_fields_are_written_only_when_they_change(world) {
        let ledger = world.object("LEDGER", "a");
        ledger.ask("book", json!(["first", 5, "ok"]));
        let written = || ledger.ask("usage", json!([]))[1].as_u64().unwrap();
        let before = written();
        ledger.ask("state", json!([]));
        assert_eq!(written(), before);
        // The row, the alarm and its index; the total has not changed.
        ledger.ask("book", json!(["first", 0, "ok"]));
        let without_total = written() - before;
        ledger.ask("book", json!(["first", 1, "ok"]));
        let with_total = written() - before - without_total;
        assert_eq!(with_total, without_total + 1);
    }

    fn the_helpers_of_a_table_do_what_they_say(world) {
        let ledger = world.object("LEDGER", "a");
        assert_eq!(
            ledger.ask("helpers", json!([])),
            json!([
                "Err(Sql)",
                "Some(3) Some(4) None",
                "true false",
                "true false",
                "[(\"a\", 5, None)]"
            ])
        );
    }
}
