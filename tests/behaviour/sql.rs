//! SQLite, with the runtime's refusals and limits.

use serde_json::json;

use crate::world::on_both;

on_both! {
    fn what_the_runtime_refuses_is_an_error(world) {
        let statements = world.object("STATEMENTS", "a");
        let refused = [
            "BEGIN",
            "COMMIT",
            "SAVEPOINT x",
            "PRAGMA user_version = 1",
            "PRAGMA journal_mode = DELETE",
            "ATTACH ':memory:' AS other",
            "CREATE TABLE _cf_mine (a)",
            "CREATE TEMP TABLE t (a)",
            "SELEC 1",
            "SELECT 1 FROM nowhere",
            "SELECT nope FROM things",
            "INSERT INTO things (id) VALUES (1)",
            "INSERT INTO things VALUES ('a', 'b', 'c', 'd', 'e', 'f')",
            "SELECT 1 WHERE 'x' LIKE 'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz'",
            "CREATE TABLE fine (a); SELECT nope",
        ];
        for statement in refused {
            let failure = statements.refuse("run", json!([statement]));
            assert_eq!(failure.name, "Sql", "{statement}: {failure:?}");
            assert!(failure.message.ends_with(statement), "{failure:?}");
        }
        let allowed = [
            "SELECT 1",
            "SELECT \"a text, since no column is called so\"",
            "PRAGMA table_info(things)",
            "CREATE TABLE fine (a INTEGER) STRICT; INSERT INTO fine VALUES (1)",
            "ALTER TABLE fine ADD COLUMN b TEXT",
            "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT i FROM n",
            "SELECT json_extract('{\"a\": 5}', '$.a')",
            "DROP TABLE fine",
        ];
        for statement in allowed {
            statements.ask("run", json!([statement]));
        }
    }

    fn the_frameworks_tables_are_not_for_statements(world) {
        let statements = world.object("STATEMENTS", "a");
        statements.ask("store", json!([1]));
        let row = || statements.sql("SELECT * FROM _actors");
        let before = row();
        let refused = [
            "DROP TABLE _actors",
            "DROP TABLE IF EXISTS main._ACTORS",
            "DROP TABLE '_actors'",
            "DELETE FROM [_Actors_alarms]",
            "UPDATE `_actors` SET state = '{}'",
            "REPLACE INTO \"_actors\" VALUES (0, 0, '', '')",
            "SELECT state FROM _actors",
            "INSERT INTO things (id) SELECT state FROM _actors",
            "SELECT 1 /*/ ' */; DROP TABLE _actors --'",
            "DROP INDEX _actors_alarms_due",
            "ALTER TABLE _actors RENAME TO mine",
            "ALTER TABLE things RENAME TO _actors_things",
            "CREATE TABLE _actors_mine (a)",
            "CREATE INDEX mine ON _actors_alarms (handler)",
            "CREATE TRIGGER mine AFTER INSERT ON things BEGIN DELETE FROM _actors; END",
            "CREATE VIEW mine AS SELECT * FROM _actors",
        ];
        for statement in refused {
            let failure = statements.refuse("run", json!([statement]));
            assert_eq!(failure.name, "Sql", "{statement}: {failure:?}");
            assert!(failure.message.contains("belongs to the framework"), "{failure:?}");
        }
        assert_eq!(row(), before);
        let allowed = [
            "SELECT '_actors' -- _actors",
            "SELECT 1 AS my_actors /* DROP TABLE _actors */",
        ];
        for statement in allowed {
            statements.ask("run", json!([statement]));
        }
    }

    fn limits_are_those_of_the_runtime(world) {
        let statements = world.object("STATEMENTS", "a");
        statements.ask("bind_many", json!([100]));
        assert_eq!(statements.refuse("bind_many", json!([101])).name, "Sql");
        let columns = |count: usize| {
            let columns: Vec<String> = (0..count).map(|index| format!("c{index}")).collect();
            json!([format!("CREATE TABLE t{count} ({})", columns.join(", "))])
        };
        statements.ask("run", columns(100));
        assert_eq!(statements.refuse("run", columns(101)).name, "Sql");
        statements.ask("store", json!([2_000_000]));
        assert_eq!(statements.refuse("store", json!([10_000_000])).name, "Sql");
        let long = |length: usize| json!([format!("SELECT 1 {}", " ".repeat(length - 9))]);
        statements.ask("run", long(100_000));
        assert_eq!(statements.refuse("run", long(100_001)).name, "Sql");
    }

    fn values_come_back_as_they_were(world) {
        let statements = world.object("STATEMENTS", "a");
        let number = |text: &str| json!({ "$": "number", "value": text });
        let bytes = |bytes: &[u8]| json!({ "$": "bytes", "value": bytes });
        let cases = [
            json!([0.1, "", bytes(&[])]),
            json!([-1e300, "it's; -- \"quoted\"", bytes(&[0, 255, 0])]),
            json!([number("Infinity"), "🦀 ä", bytes(b"x")]),
            json!([9_007_199_254_740_991_i64, { "$": "undefined" }, bytes(&[7; 1000])]),
        ];
        for case in cases {
            let mut back = case.clone();
            back.as_array_mut().unwrap().push(true.into());
            assert_eq!(statements.ask("round_trip", case), back);
        }
        let failure = statements.refuse("round_trip", json!([number("NaN"), null, bytes(&[])]));
        assert!(failure.message.contains("NaN"), "{failure:?}");
        assert_eq!(statements.refuse("too_large", json!([])).name, "Sql");
    }

    fn an_integer_is_an_integer_wherever_it_stands(world) {
        let statements = world.object("STATEMENTS", "a");
        let said = statements.ask("integers", json!([]));
        let all = ["integer", "user:5", "2", "{\"id\":5,\"real\":5.0}", "5:5.0", "2.5", "null", "integer", "1:0", "-9007199254740991", "2", "it's ?5", "5"];
        assert_eq!(said, json!(all));
    }

    fn an_integer_uses_the_index_that_there_is(world) {
        let statements = world.object("STATEMENTS", "a");
        statements.ask("run", json!(["CREATE INDEX by_label ON things (label)"]));
        let plans = statements.ask("plans", json!([]));
        let plans: Vec<&str> = plans.as_array().unwrap().iter().map(|plan| plan.as_str().unwrap()).collect();
        assert!(plans[0].contains("USING INTEGER PRIMARY KEY (rowid=?)"), "{plans:?}");
        assert!(plans[1].contains("INDEX by_size (size>?)"), "{plans:?}");
        assert!(plans[2].contains("USING INTEGER PRIMARY KEY (rowid=?)"), "{plans:?}");
        assert!(plans[3].contains("INDEX by_label (label=?)"), "{plans:?}");
    }

    fn one_is_one(world) {
        let statements = world.object("STATEMENTS", "a");
        assert_eq!(statements.ask("text", json!(["SELECT 'a'"])), "a");
        let none = statements.refuse("text", json!(["SELECT 'a' WHERE 0"]));
        assert!(none.message.starts_with("expected one row, found none"), "{none:?}");
        let two = statements.refuse("text", json!(["SELECT 'a' UNION SELECT 'b'"]));
        assert!(two.message.starts_with("expected one row, found several"), "{two:?}");
        let wide = statements.refuse("text", json!(["SELECT 'a', 'b'"]));
        assert!(wide.message.contains("returns 2 columns"), "{wide:?}");
        let number = statements.refuse("text", json!(["SELECT 5"]));
        assert!(number.message.contains("expected text, found a number"), "{number:?}");
    }
}
