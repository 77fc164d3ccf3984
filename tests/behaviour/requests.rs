//! HTTP requests, and which instance they are for.

use serde_json::json;

use crate::world::{World, on_both};

on_both! {
    fn an_error_becomes_a_response_that_keeps_secrets(world) {
        let forbidden = world.request("GET", "/web/a?forbid", &[], "");
        assert_eq!(
            (forbidden.status, forbidden.body.as_str()),
            (403, "not you")
        );
        let failed = world.request("GET", "/web/a?fail", &[], "");
        assert_eq!(
            (failed.status, failed.body.as_str()),
            (500, "internal error")
        );
    }

    fn a_body_can_be_passed_on_as_a_stream(world) {
        let body = "x".repeat(300_000);
        let response = world.request("POST", "/web/a?stream", &[], &body);
        assert_eq!(response.status, 200);
        assert!(
            response.body == body,
            "{} bytes came back",
            response.body.len()
        );
    }
}

#[test]
fn the_path_names_the_instance() {
    let world = World::in_workerd("requests-the_path_names_the_instance");
    let ask = |path: &str| world.request("POST", path, &[], "hello");
    assert_eq!(ask("/web/attic").json(), json!(["attic", "hello", 1]));
    assert_eq!(
        ask("/web/attic/deeper/still").json(),
        json!(["attic", "hello", 2])
    );
    assert_eq!(
        ask("/web/a%20b%2F%25%C3%A4").json(),
        json!(["a b/%ä", "hello", 1])
    );
    assert_eq!(ask("/web/%ff").status, 400);
    assert_eq!(ask("/web").status, 404);
    assert_eq!(ask("/elsewhere").status, 404);
}

#[test]
fn a_closure_chooses_the_instance() {
    let world = World::in_workerd("requests-a_closure_chooses_the_instance");
    let ask = |headers: &[(&str, &str)]| world.request("POST", "/chosen/x", headers, "");
    assert_eq!(
        ask(&[("x-name", "cellar")]).json(),
        json!(["cellar", "", 1])
    );
    assert_eq!(ask(&[]).status, 404);
}
