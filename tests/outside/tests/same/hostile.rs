//! Values that somebody chooses to do harm do none, and the same on both sides.

use crate::{in_miniflare, natively, says};

/// What both say.
#[track_caller]
fn same(scenario: &str) -> Vec<String> {
    let lines = natively(scenario);
    assert_eq!(lines, in_miniflare(scenario));
    lines
}

#[test]
fn names_are_what_they_are() {
    says("hostile-names", &["true"; 14]);
}

#[test]
fn keys_and_messages_are_what_they_are() {
    for line in same("hostile-keys") {
        let refused = r#"kv "." can't be a key in KV"#;
        let is_kept = line.ends_with("(true, true)") || line == "queue ()";
        assert!(is_kept || line == refused, "{line}");
    }
}

#[test]
fn requests_are_sent_as_javascript_has_them() {
    let lines = same("hostile-requests");
    let all = "200 https://far.example/headers cookie=a=1, b=2; x-empty=; x-tab=a\tb; x-twice=a, b, c; \
               x-umlaut=ä";
    assert!(lines.iter().any(|line| line == all), "{lines:#?}");
    assert!(
        !lines
            .iter()
            .any(|line| line.contains("https://user@far.example/headers "))
    );
}

#[test]
fn who_answers_late_or_not_at_first_is_asked_as_the_stub_says() {
    says(
        "callees",
        &[
            "Unavailable, true: `never` has not been answered within the limit of 300 ms: it may have \
             run, or may still do so",
            "Unavailable, true: call 1",
            "3",
            "3",
            "Busy, true: call 2",
            "2",
        ],
    );
}

#[test]
fn the_shorter_one_of_two_limits_counts() {
    let late = |method: &str| {
        format!(
            "Unavailable, true: `{method}` has not been answered within the limit of 300 ms: it \
             may have run, or may still do so"
        )
    };
    let (waits, never) = (late("waits"), late("never"));
    says("limits", &[&waits, &never, &never, &never]);
}

#[test]
fn a_method_that_javascript_does_not_know_is_refused() {
    let refused = |method: &str| {
        let why = "InvalidArgument, false: the request can't be sent: Invalid HTTP method string";
        format!("{method}: {why}: {method}")
    };
    says(
        "methods",
        &[
            &refused("HELLO"),
            "get: 200 1",
            &refused("CONNECT"),
            "PATCH: 200 1",
        ],
    );
}

#[test]
fn a_call_with_a_body_is_made_once() {
    says("bodies", &["Unavailable, true: it was lost"]);
}

#[test]
fn what_javascript_throws_and_returns_is_an_error_that_says_what_it_is() {
    let unexpected = |what: &str, why: &str| {
        format!(
            "{what}: Internal, false: Odd::answer returned an unexpected value: {why}, expected u32"
        )
    };
    let expected = [
        "string: Internal, false: a string".to_owned(),
        "null: Internal, false: null".to_owned(),
        "undefined: Internal, false: undefined".to_owned(),
        "object: NotFound, false: an object".to_owned(),
        "error: Internal, false: a type error".to_owned(),
        "cause: Internal, false: outside".to_owned(),
        unexpected("nothing", "invalid type: undefined"),
        unexpected("float", "invalid type: number 1.5"),
        unexpected("text", "invalid type: string \"1\""),
        unexpected("negative", "invalid value: integer `-1`"),
        unexpected("function", "invalid type: a function"),
        "promise: 7".to_owned(),
        "reject: NotFound, false: rejected".to_owned(),
        unexpected("map", "invalid type: map"),
        unexpected("cycle", "invalid type: map"),
    ];
    assert_eq!(in_miniflare("hostile-answers"), expected);
}
