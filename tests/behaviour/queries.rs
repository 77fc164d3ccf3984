//! `sql!`, as it runs.

use serde_json::json;

use crate::world::on_both;

on_both! {
    fn rows_come_in_the_forms_that_were_asked_for(world) {
        let queries = world.object("QUERIES", "a");
        for (page, seconds) in [("home", json!(5)), ("about", json!(null)), ("home", json!(null))] {
            queries.ask("visit", json!([page, seconds]));
        }
        assert_eq!(queries.ask("of_page", json!(["home"])), json!([2, [1, 3], 8]));
        let at = json!({ "$": "date", "value": 1000 });
        assert_eq!(
            queries.ask("summary", json!([])),
            json!([{ "page": "about", "visits": 1, "last": at }, { "page": "home", "visits": 2, "last": at }])
        );
        assert_eq!(queries.ask("entitle", json!(["home", "Welcome"])), true);
        assert_eq!(queries.ask("entitle", json!(["home", "Welcome"])), false);
        let none = json!({ "$": "undefined" });
        let titles = json!([[1, "Welcome"], [2, none], [3, "Welcome"]]);
        assert_eq!(queries.ask("titles", json!([])), titles);
        assert_eq!(queries.ask("braces", json!([])), "{\"it's\": {}} -- no comment");
        assert_eq!(queries.ask("forget", json!(["home", 1]))[1], 2);
    }

    fn one_row_is_one(world) {
        let queries = world.object("QUERIES", "a");
        let none = queries.refuse("only", json!(["home"]));
        assert_eq!(none.name, "Sql");
        let place = "tests/fixtures/src/queries.rs:";
        let statement = "SELECT id FROM visits WHERE page = ?1";
        assert!(none.message.starts_with("expected one row, found none"), "{none:?}");
        assert!(none.message.contains(statement) && none.message.contains(place), "{none:?}");
        assert_eq!(queries.ask("perhaps", json!(["home"])), json!({ "$": "undefined" }));
        let id = queries.ask("visit", json!(["home", 1]));
        assert_eq!(queries.ask("only", json!(["home"])), id);
        assert_eq!(queries.ask("perhaps", json!(["home"])), id);
        queries.ask("visit", json!(["home", 1]));
        for method in ["only", "perhaps"] {
            let several = queries.refuse(method, json!(["home"]));
            assert!(several.message.starts_with("expected one row, found several"), "{several:?}");
            assert!(several.message.contains(statement) && several.message.contains(place));
        }
    }

    fn captured_values_are_never_code(world) {
        let queries = world.object("QUERIES", "a");
        let hostile = [
            "'; DROP TABLE visits; --",
            "\" OR 1=1 --",
            "a' OR 'a'='a",
            "/* */ -- \n;",
            "nul \0 in it",
            "?1 :page @page $page {page} {{",
            "%_\\",
            "",
            "🦀\u{200b}\u{202e}",
        ];
        for page in hostile {
            queries.ask("visit", json!([page, null]));
        }
        for page in hostile {
            assert_eq!(queries.ask("found", json!([page])), json!([page]));
            assert_eq!(queries.ask("forget", json!([page, 0])), json!([0, hostile.len()]));
        }
        let pages = queries.sql("SELECT page FROM visits ORDER BY id");
        assert_eq!(pages, hostile.iter().map(|page| json!([page])).collect::<serde_json::Value>());
    }

    fn a_value_that_no_column_holds_is_refused(world) {
        let failure = world.object("QUERIES", "a").refuse("too_large", json!([]));
        assert_eq!(failure.name, "Sql");
        assert!(failure.message.contains("beyond ±(2^53 - 1)"), "{failure:?}");
        assert!(failure.message.starts_with("SELECT ?1"), "{failure:?}");
    }

    fn order_and_filters_are_chosen_when_it_runs(world) {
        let queries = world.object("QUERIES", "a");
        for (page, seconds) in [("b", json!(5)), ("a", json!(9)), ("b", json!(7)), ("c", json!(null))] {
            queries.ask("visit", json!([page, seconds]));
        }
        let chosen = |order: &str, page: Option<&str>, seconds, limit| {
            queries.ask("chosen", json!([order, page, seconds, limit]))
        };
        assert_eq!(chosen("page", None, json!(null), 9), json!([2, 1, 3, 4]));
        assert_eq!(chosen("longest", None, json!(null), 9), json!([2, 3, 1, 4]));
        assert_eq!(chosen("newest", None, json!(null), 2), json!([4, 3]));
        assert_eq!(chosen("newest", Some("b"), json!(null), 9), json!([3, 1]));
        assert_eq!(chosen("longest", Some("b"), json!([6, 9]), 9), json!([3]));
        assert_eq!(chosen("longest", None, json!([6, 9]), 1), json!([2]));
        assert_eq!(chosen("page", None, json!([5, 5]), 9), json!([1]));
        assert_eq!(chosen("page", Some("' OR 1 --"), json!(null), 9), json!([]));
        assert_eq!(queries.ask("change", json!(["b", 1])), 2);
        assert_eq!(queries.ask("change", json!(["c", null])), 1);
        let rows = queries.sql("SELECT page, seconds FROM visits ORDER BY id");
        assert_eq!(rows, json!([["b", 1], ["a", 9], ["b", 1], ["old c", null]]));
    }

    fn a_list_is_one_value(world) {
        let queries = world.object("QUERIES", "a");
        let pages = ["a", "it's \"b\"", "\\ \n \u{1} 🦀", "nul \0 in it", "", "null"];
        for page in pages {
            queries.ask("visit", json!([page, null]));
        }
        let all = json!([1, 2, 3, 4, 5, 6]);
        assert_eq!(queries.ask("listed", json!([pages, [6, 2, 2, 99]])), json!([all, [2, 6], [1, 3, 4, 5]]));
        assert_eq!(queries.ask("listed", json!([[], []])), json!([[], [], all]));
        let many: Vec<u32> = (0..20_000).collect();
        assert_eq!(queries.ask("listed", json!([["a"], many])), json!([[1], all, []]));
    }

    fn a_list_has_the_integers_that_it_was_given_and_uses_the_index(world) {
        let queries = world.object("QUERIES", "a");
        queries.ask("visit", json!(["a", null]));
        let said = queries.ask("lists", json!([]));
        assert_eq!(said[0], "[9007199254740991]");
        assert!(said[1].as_str().unwrap().contains("beyond ±(2^53 - 1)"), "{said}");
        assert_eq!(said[2], "integer");
        let plans = ["SEARCH visits USING INTEGER PRIMARY KEY (rowid=?)",
            "SEARCH visits USING INDEX visits_by_page (page=?)"];
        assert_eq!([&said[3], &said[4]], plans);
    }
}
