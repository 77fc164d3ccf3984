//! Native Workers RPC, from JavaScript and from typed stubs.

use serde_json::{Value, json};

use crate::world::{World, on_both};

on_both! {
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
                "6 arguments were given, and 5 are taken",
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

    fn an_answer_that_can_not_be_sent_is_an_error(world) {
        let failure = world.object("SHAPES", "a").refuse("unsendable", json!([]));
        assert!(
            failure.message.starts_with("the answer can't be sent"),
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
fn a_value_that_is_nested_too_deep_is_refused() {
    let world = World::in_workerd("nested");
    let shapes = world.object("SHAPES", "a");
    let nested = |depth: u32| json!([(0..depth).fold(json!([]), |inner, _| json!([inner]))]);
    assert_eq!(shapes.ask("nest", nested(100)), 100);
    let failure = shapes.refuse("nest", nested(1_000));
    assert_eq!(failure.name, "InvalidArgument");
    assert!(
        failure
            .message
            .ends_with("nested more than 128 deep, expected a sequence"),
        "{failure:?}"
    );
    assert_eq!(shapes.ask("calls", json!([])), 1);
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
