//! Ten versions of one actor's tables: see `fixtures/src/versions.rs`.

use std::thread;
use std::time::Instant;

use serde_json::{Value, json};

use crate::world::{World, on_both};

const NEWEST: usize = 10;
const PEOPLE: usize = 3;
/// Stores something, so that the object begins to exist, and leaves nothing of it.
const TOUCH: &str = "CREATE TABLE touched (a); DROP TABLE touched";

/// What is stored: all tables and indices, and what only a migration changes.
fn stored(world: &World, name: &str) -> Value {
    let object = world.object("VERSIONS", name);
    let schema = "SELECT sql FROM sqlite_master WHERE substr(name, 1, 4) <> '_cf_' ORDER BY name";
    json!([object.sql(schema), object.sql("SELECT * FROM _actors")])
}

fn names(count: usize) -> Value {
    (1..=count).map(|id| format!("Ann{id} Lee{id}")).collect()
}

on_both! {
    fn every_version_opens_with_every_later_one_and_keeps_its_rows(world) {
        let leap = |from: usize| format!("from {from}");
        for version in 1..=NEWEST {
            world.open_version(version);
            // One goes through all versions, others leap to the last.
            let walker = world.object("VERSIONS", "walker");
            if version == 1 {
                walker.ask("fill", json!([PEOPLE]));
            }
            assert_eq!(walker.ask("names", json!([])), names(PEOPLE), "{version}");
            if version < NEWEST {
                world.object("VERSIONS", &leap(version)).ask("fill", json!([PEOPLE]));
            }
        }
        for from in 1..NEWEST {
            let object = world.object("VERSIONS", &leap(from));
            assert_eq!(object.ask("names", json!([])), names(PEOPLE), "from {from}");
            let visits = object.sql("SELECT person, at FROM visits ORDER BY person");
            let expected: Value = match from {
                1 | 2 => json!([]),
                _ => (1..=PEOPLE).map(|id| json!([id, 1000 + id])).collect(),
            };
            assert_eq!(visits, expected, "from {from}");
            let mails = object.sql("SELECT mail FROM persons WHERE mail = 'Ann2@x'");
            assert_eq!(mails.as_array().unwrap().len(), usize::from(from > 1), "from {from}");
            let added = object.sql("SELECT age, state, full FROM persons WHERE id = 1");
            assert_eq!(added, json!([[7, "new", "Ann1 Lee1"]]), "from {from}");
        }
    }

    fn older_code_refuses_a_newer_database_and_changes_nothing(world) {
        world.open_version(NEWEST);
        world.object("VERSIONS", "a").ask("fill", json!([PEOPLE]));
        let before = stored(&world, "a");
        for version in (1..NEWEST - 1).rev() {
            world.open_version(version);
            let failure = world.object("VERSIONS", "a").refuse("names", json!([]));
            assert_eq!(failure.name, "Schema", "{failure:?}");
            assert!(failure.message.contains("newer than the code"), "{version}: {failure:?}");
            assert_eq!(stored(&world, "a"), before, "{version}");
        }
        world.open_version(NEWEST);
        assert_eq!(world.object("VERSIONS", "a").ask("names", json!([])), names(PEOPLE));
    }

    fn older_code_leaves_additions_alone(world) {
        // What the newer code has made, or brought further, and what the older writes then.
        for (older, newer) in [(1, 2), (2, 3), (7, 8), (9, 10), (10, 11)] {
            let name = |which: &str| format!("{which} {older}");
            world.open_version(older);
            world.object("VERSIONS", &name("old")).ask("fill", json!([PEOPLE]));
            world.open_version(newer);
            let old = world.object("VERSIONS", &name("old"));
            assert_eq!(old.ask("names", json!([])), names(PEOPLE));
            world.object("VERSIONS", &name("full")).ask("fill", json!([PEOPLE]));
            world.object("VERSIONS", &name("empty")).ask("run", json!([TOUCH]));
            let before = ["old", "full", "empty"].map(|which| stored(&world, &name(which)));
            for _ in 0..3 {
                world.open_version(older);
                for which in ["old", "full"] {
                    let object = world.object("VERSIONS", &name(which));
                    assert_eq!(object.ask("names", json!([])), names(PEOPLE), "{which} {older}");
                    assert_eq!(object.ask("usage", json!([]))[1], 0, "{which} {older}");
                }
                world.open_version(newer);
                for which in ["old", "full"] {
                    let object = world.object("VERSIONS", &name(which));
                    assert_eq!(object.ask("names", json!([])), names(PEOPLE), "{which} {newer}");
                    assert_eq!(object.ask("usage", json!([]))[1], 0, "{which} {newer}");
                }
            }
            world.open_version(older);
            world.object("VERSIONS", &name("empty")).ask("fill", json!([PEOPLE]));
            world.open_version(newer);
            let object = world.object("VERSIONS", &name("empty"));
            assert_eq!(object.ask("names", json!([])), names(PEOPLE), "{older}");
            let after = ["old", "full", "empty"].map(|which| stored(&world, &name(which)));
            assert_eq!(after, before, "{older}");
        }
    }

    fn what_older_code_writes_has_what_newer_code_says_of_it(world) {
        world.open_version(11);
        world.object("VERSIONS", "a").ask("fill", json!([PEOPLE]));
        world.object("VERSIONS", "a").ask("run", json!(["INSERT INTO notes VALUES ('x', 1), ('y', 2)"]));
        world.open_version(10);
        let a = world.object("VERSIONS", "a");
        a.ask("run", json!(["INSERT INTO persons (id, first, last) VALUES (7, 'Bob', 'Ray')"]));
        a.ask("run", json!(["UPDATE persons SET last = 'May' WHERE id = 2"]));
        a.ask("run", json!(["DELETE FROM persons WHERE id = 1"]));
        world.open_version(11);
        let a = world.object("VERSIONS", "a");
        assert_eq!(
            a.sql("SELECT id, full, nick, score, initials FROM persons ORDER BY id"),
            json!([
                [2, "Ann2 May", "Ann2", 9, "AM"],
                [3, "Ann3 Lee3", "Ann3", 9, "AL"],
                [7, "Bob Ray", null, 1, "BR"],
            ])
        );
        assert_eq!(a.sql("SELECT text, person FROM notes"), json!([["x", null], ["y", 2]]));
    }

    fn older_code_refuses_additions_that_forbid_its_writes(world) {
        world.open_version(10);
        world.object("VERSIONS", "old").ask("fill", json!([PEOPLE]));
        world.open_version(12);
        for name in ["old", "new"] {
            world.object("VERSIONS", name).ask("run", json!([TOUCH]));
        }
        for name in ["old", "new"] {
            let before = stored(&world, name);
            world.open_version(10);
            let failure = world.object("VERSIONS", name).refuse("names", json!([]));
            assert_eq!(failure.name, "Schema", "{failure:?}");
            assert!(failure.message.contains("`guest`"), "{failure:?}");
            assert_eq!(stored(&world, name), before);
            world.open_version(12);
        }
    }

    fn alarms_of_newer_code_wait_for_it(world) {
        world.open_version(11);
        world.object("VERSIONS", "a").ask("remind_later", json!(["tea"]));
        let rows = "SELECT handler, due IS NULL, attempts, declared FROM _actors_alarms ORDER BY id";
        let before = world.object("VERSIONS", "a").sql(rows);
        assert_eq!(before, json!([["sweep", 0, 0, 1], ["remind", 0, 0, 0]]));
        world.open_version(10);
        world.object("VERSIONS", "a").ask("names", json!([]));
        for _ in 0..5 {
            world.object("VERSIONS", "a").ring_now("UPDATE _actors_alarms SET due = 0");
            world.until("rung", || world.object("VERSIONS", "a").sql("SELECT MIN(due) FROM _actors_alarms") != json!([[0]]));
            assert_eq!(world.object("VERSIONS", "a").sql(rows), before);
        }
        world.open_version(11);
        world.object("VERSIONS", "a").ring_now("UPDATE _actors_alarms SET due = 0");
        let notes = "SELECT COUNT(*), SUM(text = 'tea') FROM notes";
        world.until("rung", || world.object("VERSIONS", "a").sql(notes) == json!([[2, 1]]));
    }

    fn a_declared_alarm_that_only_one_version_has_comes_and_stays(world) {
        let rows = "SELECT handler FROM _actors_alarms ORDER BY handler";
        let both = json!([["sweep"], ["tidy"]]);
        world.open_version(11);
        world.object("VERSIONS", "old").ask("run", json!([TOUCH]));
        world.open_version(13);
        for name in ["old", "new"] {
            world.object("VERSIONS", name).ask("run", json!([TOUCH]));
            assert_eq!(world.object("VERSIONS", name).sql(rows), both, "{name}");
        }
        // Nothing tells a new database's first code from older code that has lost an alarm.
        world.open_version(11);
        for (name, stored) in [("old", &both), ("new", &json!([["sweep"]]))] {
            world.object("VERSIONS", name).ask("names", json!([]));
            assert_eq!(world.object("VERSIONS", name).sql(rows), *stored, "{name}");
        }
        for version in [13, 11, 13] {
            world.open_version(version);
            for name in ["old", "new"] {
                world.object("VERSIONS", name).ask("names", json!([]));
                assert_eq!(world.object("VERSIONS", name).sql(rows), both, "{name} {version}");
            }
        }
    }

    fn a_migration_that_fails_leaves_the_old_tables(world) {
        world.open_version(4);
        world.object("VERSIONS", "a").ask("fill", json!([PEOPLE]));
        // Behind the actor's back, so that the fourth statement of the migration fails.
        world.object("VERSIONS", "a").sql("ALTER TABLE people ADD COLUMN first TEXT");
        let before = stored(&world, "a");
        world.open_version(NEWEST);
        let failure = world.object("VERSIONS", "a").refuse("names", json!([]));
        assert_eq!(failure.name, "Schema", "{failure:?}");
        assert!(failure.message.starts_with("migration `SPLIT_NAME`: "), "{failure:?}");
        assert_eq!(stored(&world, "a"), before);
        world.object("VERSIONS", "a").sql("ALTER TABLE people DROP COLUMN first");
        assert_eq!(world.object("VERSIONS", "a").ask("names", json!([])), names(PEOPLE));
    }

    fn the_tables_of_the_framework_follow_it_too(world) {
        let ledger = world.object("LEDGER", "a");
        ledger.ask("book", json!(["first", 5, "ok"]));
        // As an older framework would have left them.
        ledger.sql("ALTER TABLE _actors DROP COLUMN schema");
        ledger.sql("ALTER TABLE _actors_alarms DROP COLUMN error");
        ledger.sql("UPDATE _actors SET fingerprint = 0");
        world.crash();
        let ledger = world.object("LEDGER", "a");
        assert_eq!(ledger.ask("state", json!([]))["total"], 5);
        let record = ledger.sql("SELECT schema ->> '$.tables' FROM _actors");
        assert_eq!(record, json!([["[\"entries\"]"]]));
        assert_eq!(ledger.sql("SELECT COUNT(error) FROM _actors_alarms"), json!([[0]]));
    }

    fn an_actor_without_tables_follows_its_record(world) {
        let heard = |world: &World| world.object("FRIEND", "a").ask("heard", json!([]));
        let found = "SELECT fingerprint, schema ->> '$.before' FROM _actors";
        let friend = world.object("FRIEND", "a");
        friend.ask("note", json!(["x"]));
        let wanted = friend.sql(found)[0][0].clone();
        // As an older framework and other code would have left it.
        friend.sql("ALTER TABLE _actors DROP COLUMN schema");
        friend.sql("UPDATE _actors SET fingerprint = 7");
        world.crash();
        assert_eq!(heard(&world), json!(["x"]));
        let friend = world.object("FRIEND", "a");
        assert_eq!(friend.sql(found), json!([[wanted, "[7]"]]));
        // The tables of other code are left alone.
        friend.sql("CREATE TABLE Later (a)");
        let parts = "UPDATE _actors SET fingerprint = 8, \
                     schema = json_set(schema, '$.parts', json_array('later', 'later.a'))";
        friend.sql(parts);
        world.crash();
        assert_eq!(heard(&world), json!(["x"]));
        let friend = world.object("FRIEND", "a");
        assert_eq!(friend.sql(found), json!([[8, "[7]"]]));
        // Its migrations are not.
        let migration = "UPDATE _actors SET schema = \
                         json_set(schema, '$.migrations', json_array(json_object('id', 'SPLIT')))";
        friend.sql(migration);
        world.crash();
        let failure = world.object("FRIEND", "a").refuse("heard", json!([]));
        assert_eq!(failure.name, "Schema", "{failure:?}");
        assert!(failure.message.contains("newer than the code"), "{failure:?}");
        assert!(failure.message.contains("`SPLIT`"), "{failure:?}");
    }

    fn an_edited_migration_is_refused(world) {
        world.open_version(NEWEST);
        world.object("VERSIONS", "a").ask("fill", json!([PEOPLE]));
        let edit = "UPDATE _actors SET fingerprint = 0, \
                    schema = json_set(schema, '$.migrations[1].checksum', 1)";
        world.object("VERSIONS", "a").sql(edit);
        world.crash();
        world.open_version(NEWEST);
        let failure = world.object("VERSIONS", "a").refuse("names", json!([]));
        let text = "the migration `UNIQUE_MAIL` has been edited";
        assert!(failure.message.starts_with(text), "{failure:?}");
    }
}

#[test]
fn a_kill_in_a_migration_leaves_the_old_tables_or_the_new_ones() {
    const KILLS: u32 = 12;
    const ROWS: usize = 2_000;
    let mut world = World::in_workerd("migrations-kill");
    world.open_version(1);
    let object = |kill: u32| format!("k{kill}");
    for kill in 0..=KILLS {
        world
            .object("VERSIONS", &object(kill))
            .ask("fill", json!([ROWS]));
    }
    let old = stored(&world, &object(0));
    world.open_version(NEWEST);
    let start = Instant::now();
    world
        .object("VERSIONS", &object(KILLS))
        .ask("names", json!([]));
    let duration = start.elapsed();
    let new = stored(&world, &object(KILLS));
    let mut olds = 0;
    for kill in 0..KILLS {
        let name = object(kill);
        // From the first moment of the migration to just after its end.
        let delay = duration * kill / (KILLS - 3);
        world.begin(&world.object("VERSIONS", &name).describe("names", json!([])));
        thread::sleep(delay);
        world.open_version(NEWEST); // which kills
        let found = stored(&world, &name);
        assert!(
            found == old || found == new,
            "neither after {delay:?}: {found:#}"
        );
        olds += u32::from(found == old);
        let people = world.object("VERSIONS", &name).ask("names", json!([]));
        assert_eq!(people, names(ROWS));
        assert_eq!(stored(&world, &name), new);
    }
    println!("{olds} of {KILLS} kills came before the end of a migration of {duration:?}");
    assert!(olds > 0, "no kill came in time");
}
