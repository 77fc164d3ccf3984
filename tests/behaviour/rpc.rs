//! Native Workers RPC, from JavaScript and from typed stubs.

use serde_json::{Value, json};

use crate::world::{World, on_both};

on_both! {
    fn an_error_from_another_process_keeps_its_kind(world) {
        let caller = world.object("CALLER", "c");
        let cases = [
            ("NotFound", "no room: 7", ("NotFound", "no room: 7")),
            ("Forbidden", "NotFound: x", ("Forbidden", "NotFound: x")),
            ("Unavailable", "", ("Unavailable", "")),
            ("Elsewhere", "x", ("Internal", "Elsewhere: x")),
        ];
        for (kind, message, told) in cases {
            let answer = caller.ask("ask_distant", json!([kind, message]));
            assert_eq!(answer, json!([told.0, told.1]));
        }
    }

    fn values_cross_as_javascript_has_them(world) {
        let shapes = world.object("SHAPES", "a");
        let shape = json!({
            "name": "a \"b\" 🦀\u{0}",
            "corners": [{ "x": 0.5, "y": -1.0 }, { "x": 1e300, "y": 0.0 }],
            "since": { "$": "date", "value": 1_700_000_000_000_i64 },
            "tags": { "x": 1, "$y": 2 },
            "note": "n",
        });
        let answer = shapes.ask("echo", json!([shape]));
        assert_eq!(answer["since"], shape["since"]);
        assert_eq!(answer["tags"], shape["tags"]);
        assert_eq!(answer["name"], shape["name"]);
        assert_eq!(answer["corners"][0]["x"], 0.5);
        let plain =
            json!({ "name": "", "corners": [], "since": { "$": "date", "value": -1 }, "tags": {} });
        assert_eq!(
            shapes.ask("echo", json!([plain]))["note"],
            json!({ "$": "undefined" })
        );
    }

    fn wrong_arguments_are_named_and_change_nothing(world) {
        let shapes = world.object("SHAPES", "a");
        let good = [json!(1), json!(-5), json!(0.5), json!(true), json!("n")];
        let with = |index: usize, value: Value| {
            let mut values = good.to_vec();
            values[index] = value;
            Value::Array(values)
        };
        let number = |text: &str| json!({ "$": "number", "value": text });
        let cases = [
            (json!([]), "argument `small` is missing"),
            (json!([1, 2]), "argument `real` is missing"),
            (
                json!([1, 2, 3, true, "n", 6]),
                "6 arguments were given, but 5 are expected",
            ),
            (with(0, json!("1")), "argument `small`: "),
            (with(0, json!(256)), "argument `small`: "),
            (with(0, json!(-1)), "argument `small`: "),
            (with(0, json!(0.5)), "argument `small`: "),
            (with(0, json!(null)), "argument `small`: "),
            (with(0, number("NaN")), "argument `small`: "),
            (with(0, number("Infinity")), "argument `small`: "),
            (with(1, json!(1e300)), "argument `wide`: "),
            (
                with(1, json!(9_007_199_254_740_993_i64)),
                "argument `wide`: ",
            ),
            (
                with(1, json!({ "$": "bigint", "value": "9223372036854775808" })),
                "argument `wide`: ",
            ),
            (with(2, json!("0.5")), "argument `real`: "),
            (with(3, json!(1)), "argument `flag`: "),
            (with(4, json!(5)), "argument `note`: "),
        ];
        for (values, expected) in cases {
            let failure = shapes.refuse("take", values.clone());
            assert_eq!(failure.name, "InvalidArgument", "{values}: {failure:?}");
            assert!(
                failure.message.starts_with(expected),
                "{values}: {failure:?}"
            );
        }
        let failure = shapes.refuse("echo", json!([{ "name": "a", "corners": [{ "x": 1, "y": "2" }], "since": { "$": "date", "value": 0 }, "tags": {} }]));
        assert!(
            failure
                .message
                .starts_with("argument `shape`: `corners[0].y`: "),
            "{failure:?}"
        );
        let failure = shapes.refuse(
            "echo",
            json!([{ "name": "a", "corners": [], "since": 5, "tags": {} }]),
        );
        assert!(
            failure.message.starts_with("argument `shape`: `since`: "),
            "{failure:?}"
        );
        assert_eq!(shapes.ask("calls", json!([])), 0);
        shapes.ask("take", Value::Array(good.to_vec()));
        shapes.ask(
            "take",
            json!([1, { "$": "bigint", "value": "5" }, 2, false]),
        );
        assert_eq!(shapes.ask("calls", json!([])), 2);
    }

    fn a_key_is_an_own_property_whatever_it_is_called(world) {
        let shapes = world.object("SHAPES", "a");
        let names = ["", "1", "__proto__", "constructor", "toString", "valueOf", "\u{0}"];
        let inner = |value: u32| names.iter().map(|name| ((*name).to_owned(), json!(value))).collect::<serde_json::Map<_, _>>();
        let maps: serde_json::Map<_, _> = names.iter().map(|name| ((*name).to_owned(), json!(inner(7)))).collect();
        assert_eq!(shapes.ask("keys", json!([maps])), json!(maps));
        assert_eq!(shapes.ask("key_names", json!([inner(7)])), json!(["", "\u{0}", "1", "__proto__", "constructor", "toString", "valueOf"]));
    }

    fn keys_are_told_apart_within_a_call_and_from_call_to_call(world) {
        let shapes = world.object("SHAPES", "a");
        let map = |names: &[&str], value: u32| names.iter().map(|name| ((*name).to_owned(), json!(value))).collect::<serde_json::Map<_, _>>();
        let many: Vec<String> = (0..100).map(|number| format!("key {number}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let splits: [&[&str]; 6] = [&["ab", "c"], &["a", "bc"], &["abc"], &["", "abc"], &["é", "🦀"], &many];
        for round in 0..3 {
            for names in splits {
                let maps = json!({ "one": map(names, round), "two": map(names, 7), "three": map(&names[1..], 8), "four": {} });
                assert_eq!(shapes.ask("keys", json!([maps.clone()])), maps);
            }
            let all: serde_json::Map<_, _> = splits.iter().flat_map(|names| map(names, round)).collect();
            let maps: serde_json::Map<_, _> = (0..40).map(|number| (format!("{number}"), json!(all))).collect();
            assert_eq!(shapes.ask("keys", json!([maps.clone()])), json!(maps));
        }
    }

    fn a_list_of_another_length_is_no_tuple(world) {
        let shapes = world.object("SHAPES", "a");
        assert_eq!(shapes.ask("tuples", json!([[1, 2], [[1, 2, 3]]])), 2);
        for (values, expected) in [
            (json!([[1, 2, 3], []]), "argument `pair`: "),
            (json!([[1], []]), "argument `pair`: "),
            (json!([[1, 2], [[1, 2, 3, 4]]]), "argument `triples`: `[0]`: "),
        ] {
            let failure = shapes.refuse("tuples", values);
            assert!(failure.message.starts_with(expected), "{failure:?}");
        }
        assert_eq!(shapes.ask("calls", json!([])), 1);
    }

    fn a_date_is_read_late_too(world) {
        let shapes = world.object("SHAPES", "a");
        let date = |millis: i64| json!({ "$": "date", "value": millis });
        let bytes = json!({ "$": "bytes", "value": [0, 255] });
        let none = json!({ "$": "undefined" });
        let values = json!([
            { "kind": "At", "at": date(-5), "note": "n" },
            { "kind": "At", "value": date(1) },
            [date(2), { "from": date(3), "until": none }, bytes],
            { "id": 1, "at": date(4), "list": [date(5)], "data": bytes },
        ]);
        assert_eq!(shapes.ask("late", values.clone()), values);
        let mut others = values.clone();
        others[0] = json!({ "kind": "Raw", "data": bytes, "count": 7 });
        others[1] = json!({ "kind": "Big", "value": { "$": "bigint", "value": "5" } });
        assert_eq!(shapes.ask("late", others.clone()), others);
        let mut wrong = values.clone();
        wrong[0] = json!({ "kind": "Raw", "data": bytes, "count": date(7) });
        let failure = shapes.refuse("late", wrong);
        assert_eq!(failure.message, "argument `tagged`: invalid type: a Date, expected u64");
    }

    fn a_wrong_value_is_not_quoted_in_full(world) {
        let shapes = world.object("SHAPES", "a");
        let failure = shapes.refuse("numbers", json!([["é".repeat(1_000_000)]]));
        assert!(failure.message.len() < 500, "{failure:?}");
        assert!(failure.message.starts_with("argument `list`: `[0]`: invalid type: string \"é"), "{failure:?}");
        assert!(failure.message.ends_with("expected u32"), "{failure:?}");
    }

    fn a_call_carries_no_more_than_its_budget(world) {
        let shapes = world.object("SHAPES", "a");
        assert_eq!(shapes.ask("texts", json!([vec!["x".repeat(1_000_000); 20]])), 20);
        let many = json!([vec![1; 1_000_001]]);
        let failure = shapes.refuse("numbers", many);
        assert_eq!(failure.name, "InvalidArgument");
        assert!(failure.message.starts_with("argument `list`: invalid type: one value of more than 1000000"), "{failure:?}");
        assert_eq!(shapes.ask("numbers", json!([vec![1; 999_000]])), 999_000);
    }

    fn a_value_that_is_nested_too_deep_is_refused(world) {
        let shapes = world.object("SHAPES", "a");
        let nested = |depth: u32| json!([(0..depth).fold(json!([]), |inner, _| json!([inner]))]);
        assert_eq!(shapes.ask("nest", nested(100)), 100);
        let failure = shapes.refuse("nest", nested(200));
        assert_eq!(failure.name, "InvalidArgument");
        assert!(
            failure.message.ends_with("nested more than 128 deep, expected a sequence"),
            "{failure:?}"
        );
        assert_eq!(shapes.ask("calls", json!([])), 1);
    }

    fn an_answer_that_can_not_be_sent_is_an_error(world) {
        let failure = world.object("SHAPES", "a").refuse("unsendable", json!([]));
        assert!(
            failure.message.starts_with("the returned value can't be sent"),
            "{failure:?}"
        );
    }

    fn a_stub_gives_the_error_that_the_handler_returned(world) {
        let caller = world.object("CALLER", "a");
        let kind = |end: &str| caller.ask("kind_of_error", json!([end]));
        assert_eq!(kind("ok"), json!(["none", ""]));
        assert_eq!(kind("err"), json!(["Conflict", "as asked for"]));
    }

    fn an_actor_sends_requests_to_another(world) {
        let caller = world.object("CALLER", "a");
        let answer = caller.ask("ask_web", json!(["", "hello"]));
        assert_eq!(answer, json!([200, "[\"asked\",\"hello\",1]"]));
        assert_eq!(
            caller.ask("ask_web", json!(["forbid", ""])),
            json!([403, "not you"])
        );
    }
}

#[test]
fn small_arguments_that_stand_for_large_values_are_refused() {
    let world = World::in_workerd("rpc-budget");
    let shapes = world.object("SHAPES", "a");
    for (method, what, words) in [
        ("nest", "sparse", "one value of more than 1000000"),
        ("nest", "endless", "one value of more than 1000000"),
        ("nest", "pairs", "one value of more than 1000000"),
        ("blobs", "bytes", "more than 32 MiB"),
    ] {
        let failure = shapes.refuse(method, json!([{ "$": "large", "value": what }]));
        assert_eq!(failure.name, "InvalidArgument", "{what}: {failure:?}");
        let is_named = failure.message.starts_with("argument `");
        assert!(
            is_named && failure.message.contains(words),
            "{what}: {failure:?}"
        );
    }
    assert_eq!(shapes.ask("calls", json!([])), 0);
}

#[test]
fn half_a_character_becomes_a_sign_for_it_and_joins_no_other_half() {
    let world = World::in_workerd("rpc-halves");
    let shapes = world.object("SHAPES", "a");
    let units = |units: &[u16]| json!({ "$": "units", "value": units });
    let sent = [
        units(&[0xd83e]),
        units(&[0xdd80]),
        json!("é"),
        units(&[0xdd80, 0xd83e]),
        units(&[0xdd80, 0xd83e, 0xdd80]),
        json!("🦀"),
    ];
    let expected = [
        "\u{fffd}",
        "\u{fffd}",
        "é",
        "\u{fffd}\u{fffd}",
        "\u{fffd}🦀",
        "🦀",
    ];
    for times in [1, 100] {
        let sent: Vec<_> = sent.iter().cycle().take(times * sent.len()).collect();
        let expected: Vec<_> = expected.iter().cycle().take(sent.len()).collect();
        assert_eq!(shapes.ask("same_texts", json!([sent])), json!(expected));
    }
}

#[test]
fn an_actor_without_a_binding_is_an_error_that_says_what_to_add() {
    let world = World::in_workerd("unbound");
    let failure = world
        .object("CALLER", "a")
        .refuse("call_unbound", json!([]));
    assert!(
        failure
            .message
            .contains("no Durable Object binding `UNBOUND`"),
        "{failure:?}"
    );
}

#[test]
fn a_remote_caller_reaches_the_declared_methods_and_nothing_else() {
    let world =
        World::in_workerd("rpc-a_remote_caller_reaches_the_declared_methods_and_nothing_else");
    let (reached, asked) = world.reachable();
    assert_eq!(
        reached,
        [
            "book",
            "book_after_await",
            "book_before_await",
            "book_nested",
            "helpers",
            "spoil",
            "state",
            "usage"
        ]
    );
    assert!(asked > 50, "only {asked} names were tried");
}
