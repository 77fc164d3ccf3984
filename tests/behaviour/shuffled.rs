//! A statement means the same whatever the order of columns in a database: it is the
//! database's history.

use serde_json::json;

use crate::world::{Object, World, on_both};

/// An instance whose tables came by a column each, after they were made.
fn migrated(world: &mut World) -> Object<'_> {
    let shuffled = world.object("SHUFFLED", "a");
    shuffled.ask("add", json!([]));
    for table in ["orders", "archive"] {
        shuffled.sql(&format!("ALTER TABLE {table} DROP COLUMN note"));
        let add = format!("ALTER TABLE {table} ADD COLUMN note TEXT NOT NULL DEFAULT '-'");
        shuffled.sql(&add);
    }
    world.crash();
    world.object("SHUFFLED", "a")
}

on_both! {
    fn a_star_copies_columns_by_their_names(world) {
        let shuffled = migrated(&mut world);
        let lines = json!([[1, "-", "Ann", "paid"], [2, "-", "Lee", "paid"]]);
        for way in ["star", "qualified", "query", "with", "inner with", "beside", "values", "union"] {
            assert_eq!(shuffled.ask("archive", json!([way])), lines, "{way}");
            shuffled.sql("DELETE FROM archive");
        }
    }

    fn a_star_reads_columns_by_their_names(world) {
        let shuffled = migrated(&mut world);
        let lines = json!([[1, "-", "Ann", "paid"], [2, "-", "Lee", "paid"]]);
        for way in ["star", "union", "untyped union", "in", "returning", "all"] {
            assert_eq!(shuffled.ask("read", json!([way])), lines, "{way}");
        }
        shuffled.ask("archive", json!(["star"]));
        assert_eq!(shuffled.ask("read", json!(["untyped union"])), lines);
        assert_eq!(shuffled.ask("returning", json!([])), lines);
    }

    fn a_row_over_no_rows_is_null_but_for_the_count(world) {
        let shuffled = migrated(&mut world);
        let none = json!({ "$": "undefined" });
        assert_eq!(shuffled.ask("nothing", json!([])), json!([none, 0, none, "None"]));
    }
}
