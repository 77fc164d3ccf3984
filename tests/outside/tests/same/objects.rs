//! Other objects, and the history of the own one.

use super::{fetch, in_miniflare, natively, says};

#[test]
fn objects() {
    says(
        "objects",
        &[
            r#"Some("one") Some("one") true 13"#,
            "None None (true, false) (2, 1)",
            "None true 2",
            "InvalidArgument: not the id of an object of `LOOSE`: Invalid Durable Object ID: must be \
             64 hex digits",
            "InvalidArgument: not the id of an object of `LOOSE`: Durable Object ID is not valid for \
             this namespace.",
            "InvalidArgument: not the id of an object of `LOOSE`: Durable Object ID is not valid for \
             this namespace.",
            "InvalidArgument: the name of an instance has at most 1024 bytes, this one has 1025",
        ],
    );
}

#[test]
fn remote() {
    says(
        "remote",
        &[
            r#"Receipt { number: 1, from: "ann", at: Timestamp(5), proof: b"\x05", note: None }"#,
            r#"Receipt { number: 2, from: "ann", at: Timestamp(6), proof: b"\x06", note: Some("🦀") }"#,
            r#"Receipt { number: 1, from: "bob", at: Timestamp(7), proof: b"\x07", note: None }"#,
            "Internal: nothing to charge",
            "NotFound: no such receipt: 7",
            "()",
            "1",
            "InvalidArgument: Billing::countArguments: 18446744073709551615 is beyond ±(2^53 - 1), the \
             integers that a JavaScript number holds; send it as text, or as an `i128`, which is a \
             BigInt",
            r#""sent to ann""#,
            "InvalidArgument: to whom?",
            "Internal: the Worker has no Durable Object binding `NOWHERE`: add it to \
             [[durable_objects.bindings]] in wrangler.toml",
            "Internal: the Worker has no service binding `GREETING`: add it to [[services]] in \
             wrangler.toml",
            "InvalidArgument: the name of an instance has at most 1024 bytes, this one has 1025",
        ],
    );
}

#[test]
fn an_actor_with_a_binding_to_another_worker_is_the_one_there() {
    assert_eq!(natively("elsewhere"), ["ann is here"]);
    assert_eq!(in_miniflare("elsewhere"), ["ann is there"]);
}

#[test]
fn a_route_needs_no_binding() {
    assert_eq!(fetch("/loose/routed"), "1");
    assert_eq!(fetch("/loose/routed"), "2");
}

#[test]
fn bookmarks() {
    let refused =
        "This Durable Object's storage back-end does not implement point-in-time recovery.";
    says("bookmarks", &[refused; 3]);
}
