//! An object begins to exist with what it stores first: until then it reads as empty, and
//! asking it leaves nothing.

use serde_json::{Value, json};

use crate::world::{Object, World, on_both};

/// What is stored: how many tables and indices.
fn stored(object: &Object<'_>) -> u64 {
    let count = "SELECT COUNT(*) FROM sqlite_master WHERE substr(name, 1, 4) <> '_cf_' \
                 AND name <> 'sqlite_sequence'";
    object.sql(count)[0][0].as_u64().unwrap()
}

fn assert_nothing(object: &Object<'_>, after: &str) {
    assert_eq!(stored(object), 0, "after {after}");
    assert_eq!(object.alarm(), None, "after {after}");
}

fn empty(grown: u32) -> Value {
    json!({ "leaves": [], "count": 0, "alarms": [], "grown": grown })
}

/// Asks for all that can be asked without storing anything.
fn probe(object: &Object<'_>) {
    for method in ["see", "see_alone", "see_later"] {
        assert_eq!(object.ask(method, json!([])), empty(0), "{method}");
        assert_nothing(object, method);
    }
    assert_eq!(object.ask("prune", json!([])), json!([0, 0, 0, 0, 0]));
    assert_nothing(object, "changes of what is not there");
    let queries = [
        ("SELECT name FROM leaves WHERE id = 1", json!([])),
        ("SELECT CAST(COUNT(*) AS TEXT) FROM leaves", json!(["0"])),
        ("SELECT MAX(name) FROM main.leaves", json!(["NULL"])),
        ("SELECT group_concat(rowid) FROM leaves", json!(["NULL"])),
        (
            "VALUES ('a'), ((SELECT name FROM leaves))",
            json!(["a", "NULL"]),
        ),
        (
            "-- a query\n WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 2) \
             SELECT i || COALESCE(name, '-') FROM n LEFT JOIN leaves ON id = i",
            json!(["1-", "2-"]),
        ),
        (
            "WITH leaves AS (SELECT 'mine' AS name) SELECT name FROM leaves",
            json!(["mine"]),
        ),
        (
            "WITH n AS (SELECT 1) DELETE FROM leaves WHERE id IN n RETURNING name",
            json!([]),
        ),
    ];
    for (query, rows) in queries {
        assert_eq!(object.ask("read", json!([query])), rows, "{query}");
        assert_nothing(object, query);
    }
    for wrong in [
        "SELECT nope FROM leaves",
        "SELECT 1 FROM nowhere",
        "DELETE FROM nowhere",
        "SELEC",
    ] {
        let failure = object.refuse("read", json!([wrong]));
        assert_eq!(failure.name, "Sql", "{failure:?}");
        assert!(failure.message.ends_with(wrong), "{failure:?}");
        assert_nothing(object, wrong);
    }
    assert_eq!(object.refuse("refuse", json!([])).message, "not so");
    assert_nothing(object, "a turn that fails");
    assert_eq!(object.ask("see", json!([])), empty(0));
}

on_both! {
    fn asking_creates_nothing(world) {
        let bare = world.object("BARE", "a");
        bare.ask("see", json!([]));
        assert_eq!(bare.ask("usage", json!([]))[1], 0, "nor does it cost a row");
        probe(&bare);
        world.crash();
        probe(&world.object("BARE", "a"));
        let others = [
            ("LEDGER", "state", json!([])),
            ("METRONOME", "ticks", json!([])),
            ("CLOCKWORK", "rung", json!([])),
            ("STATEMENTS", "run", json!(["DELETE FROM things"])),
        ];
        for (binding, method, values) in others {
            let object = world.object(binding, "a");
            object.ask(method, values);
            assert_nothing(&object, binding);
        }
    }

    fn an_object_begins_with_what_it_stores_first(world) {
        let (leaf, alarms) = (json!(["seventh"]), json!(["turn"]));
        let first = [
            ("grow", &leaf, &alarms, 0),
            ("grow_later", &leaf, &alarms, 0),
            ("grow_together", &leaf, &alarms, 0),
            ("remember", &json!([]), &alarms, 3),
            ("remember_later", &json!([]), &alarms, 3),
            ("plan", &json!([]), &json!(["turn", "water"]), 0),
        ];
        for (method, leaves, alarms, grown) in first {
            let bare = world.object("BARE", method);
            bare.ask("see", json!([]));
            bare.ask(method, json!([]));
            let count = leaves.as_array().unwrap().len();
            let expected =
                json!({ "leaves": leaves, "count": count, "alarms": alarms, "grown": grown });
            assert_eq!(bare.ask("see", json!([])), expected, "{method}");
            let earliest = bare.sql("SELECT MIN(due) FROM _actors_alarms");
            assert_eq!(json!([[bare.alarm()]]), earliest, "{method}");
        }
        world.crash();
        for (method, leaves, _, grown) in first {
            let seen = world.object("BARE", method).ask("see", json!([]));
            assert_eq!((&seen["leaves"], &seen["grown"]), (leaves, &json!(grown)), "{method}");
        }
    }

    fn what_on_init_stores_is_stored_with_the_beginning(world) {
        let look = |world: &World| {
            let seedling = world.object("SEEDLING", "a");
            for method in ["see", "see_later"] {
                let seen = json!({ "leaves": ["first"], "count": 1, "alarms": ["turn", "water"], "grown": 10 });
                assert_eq!(seedling.ask(method, json!([])), seen, "{method}");
                assert_nothing(&seedling, method);
            }
        };
        look(&world);
        world.crash();
        look(&world);
        let seedling = world.object("SEEDLING", "a");
        seedling.ask("grow", json!([]));
        let seen = json!({
            "leaves": ["first", "seventh"], "count": 2, "alarms": ["turn", "water"], "grown": 10,
        });
        assert_eq!(seedling.ask("see", json!([])), seen);
        assert_eq!(seedling.sql("SELECT state FROM _actors"), json!([[r#"{"grown":10}"#]]));
        assert!(seedling.alarm().is_some());
        world.crash();
        assert_eq!(world.object("SEEDLING", "a").ask("see", json!([])), seen);
    }

    fn what_is_destroyed_is_as_if_it_had_never_been(world) {
        let bare = world.object("BARE", "a");
        bare.ask("end", json!([]));
        assert_nothing(&bare, "the end of what never began");
        bare.ask("plan", json!([]));
        bare.ask("end", json!([]));
        world.until("nothing is left", || stored(&bare) == 0);
        probe(&bare);
        world.crash();
        let bare = world.object("BARE", "a");
        probe(&bare);
        bare.ask("grow", json!([]));
        assert_eq!(bare.ask("see", json!([]))["leaves"], json!(["seventh"]));
    }

    fn what_is_stored_behind_the_end_goes_with_it(world) {
        for (name, begins) in [("never began", false), ("began", true)] {
            let bare = world.object("BARE", name);
            if begins {
                bare.ask("grow", json!([]));
                bare.ask("end", json!([]));
                world.until("the first has gone", || stored(&bare) == 0);
                bare.ask("plan", json!([]));
            }
            bare.ask("end_and_grow", json!([]));
            world.until("nothing is left", || stored(&bare) == 0);
            probe(&bare);
        }
    }
}
