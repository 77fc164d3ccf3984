//! Ten versions of one actor's tables: see `fixtures/src/versions.rs`.

use std::thread;
use std::time::Instant;

use serde_json::{Value, json};

use crate::world::{World, on_both};

const NEWEST: usize = 10;
const PEOPLE: usize = 3;

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
        // Its migrations are those of the newest, but a column is missing.
        world.open_version(NEWEST - 1);
        let failure = world.object("VERSIONS", "a").refuse("names", json!([]));
        assert!(failure.message.contains("`host` is stored and not declared"), "{failure:?}");
        assert_eq!(stored(&world, "a"), before);
        world.open_version(NEWEST);
        assert_eq!(world.object("VERSIONS", "a").ask("names", json!([])), names(PEOPLE));
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
