//! Handlers that only read, or end with the one statement that writes, run without a transaction; that
//! can't be told from what they do.

use serde_json::{Value, json};

use crate::world::{Object, on_both};

#[track_caller]
fn has(object: &Object<'_>, pages: &Value) {
    assert_eq!(object.ask("all", json!([])), *pages);
}

on_both! {
    fn an_object_that_does_not_exist_reads_as_empty_and_stays_away(world) {
        let reader = world.object("READER", "a");
        has(&reader, &json!([]));
        for method in ["text", "look"] {
            assert_eq!(reader.refuse(method, json!([1])).name, "NotFound", "{method}");
        }
        for (method, values) in [("tear_out", json!([1])), ("rewrite", json!(["x"]))] {
            reader.ask(method, values);
        }
        let stored = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'pages'";
        assert_eq!(reader.sql(stored), json!([[0]]));
        reader.ask("write", json!([1, "one"]));
        assert_eq!(reader.ask("text", json!([1])), "one");
        world.crash();
        assert_eq!(world.object("READER", "a").ask("text", json!([1])), "one");
    }

    fn one_statement_takes_effect_as_a_whole_or_not_at_all(world) {
        let reader = world.object("READER", "a");
        reader.ask("write", json!([1, "one"]));
        reader.ask("write", json!([2, "two"]));
        reader.ask("write", json!([3, "three"]));
        let pages = json!([{"id": 1, "text": "one"}, {"id": 2, "text": "two"}, {"id": 3, "text": "three"}]);
        assert_eq!(reader.refuse("write", json!([1, "more"])).name, "Sql");
        // It fails at the second row.
        assert_eq!(reader.refuse("rewrite", json!(["page"])).name, "Sql");
        has(&reader, &pages);
        reader.ask("tear_out", json!([3]));
        has(&reader, &json!([{"id": 1, "text": "one"}, {"id": 2, "text": "two"}]));
        world.crash();
        let reader = world.object("READER", "a");
        has(&reader, &json!([{"id": 1, "text": "one"}, {"id": 2, "text": "two"}]));
    }

    fn two_statements_that_write_are_one_transaction(world) {
        let reader = world.object("READER", "a");
        reader.ask("write", json!([1, "one"]));
        reader.ask("write", json!([2, "two"]));
        assert_eq!(reader.refuse("replace", json!([1, "two"])).name, "Sql");
        let pages = json!([{"id": 1, "text": "one"}, {"id": 2, "text": "two"}]);
        has(&reader, &pages);
        // What only looks like a table may write.
        assert_eq!(reader.refuse("trap", json!([])).message, "it was a trap");
        has(&reader, &pages);
    }

    fn what_writes_although_it_was_taken_to_read_is_refused(world) {
        let reader = world.object("READER", "a");
        reader.ask("write", json!([1, "one"]));
        let failure = reader.refuse("deceive", json!([]));
        assert_eq!(failure.name, "Internal", "{failure:?}");
        has(&reader, &json!([{"id": 1, "text": "one"}]));
        // It may write again.
        reader.ask("write", json!([2, "two"]));
        assert_eq!(world.object("READER", "new").refuse("deceive", json!([])).name, "Internal");
    }

    fn a_persisted_field_that_a_reader_changes_is_stored_unless_it_fails(world) {
        let reader = world.object("READER", "a");
        reader.ask("write", json!([1, "one"]));
        assert_eq!(reader.ask("look", json!([1])), "one");
        assert_eq!(reader.refuse("look", json!([2])).name, "NotFound");
        assert_eq!(reader.ask("looks", json!([])), 1);
        world.crash();
        assert_eq!(world.object("READER", "a").ask("looks", json!([])), 1);
    }

    fn an_attachment_goes_back_with_the_reader_that_changed_it(world) {
        let reader = world.object("READER", "a");
        reader.ask("write", json!([1, "one"]));
        let mut client = world.connect("/readers/a/ws");
        let mut says = |message: Value| {
            client.send(&message);
            client.json()
        };
        assert_eq!(says(json!({ "type": "who" })), "one");
        assert_eq!(says(json!({ "type": "call_me", "id": 2 }))["type"], "error");
        assert_eq!(says(json!({ "type": "who" })), "one");
        assert_eq!(says(json!({ "type": "call_me", "id": 1 })), "one");
        assert_eq!(says(json!({ "type": "who" })), "page 1");
    }
}
