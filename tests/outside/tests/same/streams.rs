//! Streams as arguments and answers of calls.

use std::future::Future as _;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use actors_core::{Body, ErrorKind};
use actors_outside::Outside;

use crate::{in_miniflare, says, world};

#[test]
fn a_body_is_an_argument_and_an_answer() {
    says(
        "streams",
        &[
            "some text",
            "",
            "of 3 2 5",
            "kept",
            "NotFound, false: nothing is kept",
        ],
    );
}

#[test]
fn a_body_streams_there_and_back_at_once() {
    says("back", &["one", "two", "the end"]);
}

#[test]
fn a_body_that_breaks_is_an_error() {
    says("broken", &["a part", "true"]);
}

#[test]
fn who_leaves_a_body_half_way_tells_the_other_side() {
    let of_arguments = ["false", "true", "false", "true", "true", "true"];
    let of_answers = ["true", "a part", "true"];
    says("half-way", &[&of_arguments[..], &of_answers].concat());
}

#[test]
fn a_body_that_breaks_late_is_an_error_and_has_an_end() {
    says(
        "late",
        &["true", "true", "true", "false", "true", "true", "true"],
    );
}

#[test]
fn a_large_body_of_a_call_is_never_in_memory() {
    says(
        "large-streams",
        &["104857600", "104857600", "less than 8 MB"],
    );
}

#[test]
fn javascript_has_streams() {
    let refused = |argument: &str, found: &str, expected: &str| {
        format!(
            "InvalidArgument: argument `{argument}`: invalid type: {found}, expected {expected}"
        )
    };
    let stream = "a ReadableStream";
    assert_eq!(
        in_miniflare("javascript"),
        [
            "200 true",
            "some text",
            "of 3 2 5",
            &refused("body", "string \"some text\"", stream),
            &refused("body", "bytes", stream),
            "InvalidArgument: argument `body` is missing",
            &refused("is_there", stream, "a boolean"),
            &refused("of", stream, "a string"),
            &refused("one", "a Set", stream),
        ]
    );
}

#[test]
fn a_body_ends_with_an_error_when_its_object_is_lost() {
    let world = world();
    let outside = world.get::<Outside>("a");
    let (sender, body) = Body::channel();
    sender.send("a part").unwrap();
    let mut back = world.run(outside.back(body)).unwrap();
    assert_eq!(world.run(back.chunk()).unwrap().unwrap(), "a part");
    assert!(!world.evict::<Outside>("a"), "it is being read");
    let mut next = pin!(back.chunk());
    let mut cx = Context::from_waker(Waker::noop());
    assert!(next.as_mut().poll(&mut cx).is_pending());
    world.crash::<Outside>("a");
    let Poll::Ready(Err(error)) = next.as_mut().poll(&mut cx) else {
        panic!("the body is lost");
    };
    assert_eq!(error.kind(), ErrorKind::Unavailable);
}

#[test]
fn an_object_is_evicted_once_its_bodies_have_been_read() {
    let world = world();
    let mut zeros = world.run(world.get::<Outside>("a").zeros(1)).unwrap();
    assert!(!world.evict::<Outside>("a"));
    assert_eq!(world.run(zeros.chunk()).unwrap().unwrap().len(), 65_536);
    drop(zeros);
    assert!(world.evict::<Outside>("a"));
}
