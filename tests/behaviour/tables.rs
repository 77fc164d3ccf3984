//! What tables declare, and what their columns hold.

use serde_json::json;

use crate::world::on_both;

on_both! {
    fn each_type_comes_back_as_it_was(world) {
        let answer = world.object("TABLES", "a").ask("edges", json!([]));
        assert_eq!(answer[1], json!([]));
        assert!(answer[0].as_u64().unwrap() > 70, "{answer}");
    }

    fn what_a_column_does_not_hold_is_refused_and_not_stored(world) {
        let said = world.object("TABLES", "a").ask("refused", json!([]));
        let said: Vec<&str> = said.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
        for text in &said[..7] {
            assert!(text.contains("beyond ±(2^53 - 1)"), "{text}");
        }
        for text in &said[7..9] {
            assert!(text.contains("NaN can't be stored"), "{text}");
        }
        assert_eq!(said[9], "0 rows");
    }

    fn what_a_type_can_not_be_is_an_error_that_names_the_column(world) {
        let said = world.object("TABLES", "a").ask("unreadable", json!([]));
        let expected = [
            "column `state`: found `old`, expected `State`: one of `new`, `in_progress`",
            "column `tiny_u`: 256 is out of the range of u8",
            "column `boolean`: 2 is not a bool",
            "column `large`: ",
            "column `always`: the stored JSON can't be read: ",
        ];
        for (text, expected) in said.as_array().unwrap().iter().zip(expected) {
            assert!(text.as_str().unwrap().contains(expected), "{text}");
        }
    }

    fn a_key_can_be_two_columns(world) {
        let said = world.object("TABLES", "a").ask("composite", json!([]));
        let said: Vec<&str> = said.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
        assert!(said[0].starts_with("twice: UNIQUE constraint failed: visit.page, visit.day"), "{said:?}");
        assert_eq!(said[1..3], ["updated: true false", "deleted: true false"]);
        assert!(said[3].starts_with("check: CHECK constraint failed: first <= last"), "{said:?}");
        assert_eq!(said[4..], ["none: true", "a 1 8 7 A", "a 2 9 8 A"]);
    }

    fn references_unique_and_partial_indices_hold(world) {
        let said = world.object("TABLES", "a").ask("references", json!([]));
        let said: Vec<&str> = said.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
        assert!(said[0].starts_with("nobody: FOREIGN KEY constraint failed"), "{said:?}");
        assert!(said[1].starts_with("again: UNIQUE constraint failed: author.name"), "{said:?}");
        assert!(said[2].starts_with("partial: UNIQUE constraint failed"), "{said:?}");
        assert_eq!(said[3..], ["L None"]);
    }

    fn ids_are_generated_and_returned(world) {
        let said = world.object("TABLES", "a").ask("generated", json!([]));
        let said: Vec<&str> = said.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
        assert_eq!(said[..8], [
            "inserted: 1 2",
            "UNIQUE constraint failed",
            "by word: 1",
            "by place: 2",
            "ignored: None None Some(3)",
            "given: 9 None 9",
            "new: 10",
            "last: 255",
        ]);
        assert!(said[8].ends_with("column `id`: 256 is out of the range of u8"), "{said:?}");
        assert_eq!(said[9..], [
            "1 a 2 Some(1) 5",
            "2 z 1 Some(2) 6",
            "3 d 3 None 1",
            "9 e 4 None 7",
            "10 f 5 None 1",
            "255 g 6 None 1",
            "[Id(1), Id(2), Id(2)] Id(3)",
        ]);
    }

    fn a_row_is_left_out_or_updated_on_a_unique_key(world) {
        let said = world.object("TABLES", "a").ask("upserts", json!([]));
        assert_eq!(said, json!([
            "true", "false", "false", "Ok(())", "true", "1 Ann", "A Done", "C InProgress"
        ]));
    }

    fn many_rows_are_stored_at_once_or_none(world) {
        let meter = world.object("METER", "a");
        let store = |ids: &[u32], is_new: bool| meter.call("store_all", json!([ids, is_new]));
        let counted = || meter.ask("counted", json!([]));
        for count in [0, 1, 33, 34, 100, 1_000] {
            let ids: Vec<u32> = (0..count).collect();
            store(&ids, false).unwrap();
            assert_eq!(counted(), json!([count, count.div_ceil(3)]));
        }
        // More than a statement, and the last one is there already.
        let mut ids: Vec<u32> = (1_000..1_150).collect();
        ids[120] = 7;
        let failure = store(&ids, true).unwrap_err();
        assert!(failure.message.starts_with("row 120: UNIQUE constraint failed"), "{failure:?}");
        assert_eq!(counted(), json!([1_000, 334]), "none is stored");
        ids[120] = 2_000;
        store(&ids, true).unwrap();
        assert_eq!(counted()[0], 1_150);
        // One key twice: the last one counts, as with one call for each.
        store(&[9, 9, 9_000, 9_000], false).unwrap();
        assert_eq!(counted()[0], 1_151);
    }

    fn a_statement_runs_for_each_item_or_for_none(world) {
        let meter = world.object("METER", "a");
        let rename = |count: u32| {
            let names: Vec<_> = (0..count).map(|id| (id, format!("name {id}"))).collect();
            meter.ask("rename", json!([names]))
        };
        let counted = || meter.ask("counted", json!([]));
        // None is a statement at all; the first one makes the object exist.
        assert_eq!(rename(0), 0);
        assert_eq!(rename(2), 2);
        assert_eq!(counted(), json!([2, 0]));
        assert_eq!(rename(2_500), 2_500);
        assert_eq!(counted(), json!([2_500, 2]));
        assert_eq!(meter.ask("item", json!([2_499]))["name"], "name 2499");
        let reserve = |ids: &[Option<u32>]| meter.call("reserve", json!([ids]));
        let mut ids: Vec<_> = (5_000..7_000).map(Some).collect();
        ids[1_234] = Some(7);
        ids[1_236] = None;
        let failure = reserve(&ids).unwrap_err();
        assert!(failure.message.starts_with("item 1234: UNIQUE constraint failed"), "{failure:?}");
        ids[1_234] = Some(8_000);
        let failure = reserve(&ids).unwrap_err();
        assert!(failure.message.starts_with("item 1236: "), "{failure:?}");
        assert!(failure.message.contains("2^53"), "{failure:?}");
        assert_eq!(counted(), json!([2_500, 2]), "none has run");
        ids[1_236] = Some(8_001);
        assert_eq!(reserve(&ids).unwrap(), 2_000);
    }
}
