//! Containers: in workerd against a stand-in for the Docker Engine API, which starts processes.

use serde_json::{Value, json};

use crate::world::{Object, World, on_both};

/// The object, with a container that listens.
fn started<'a>(world: &'a World, name: &str) -> Object<'a> {
    let object = world.object("CONTAINED", name);
    object.ask("start", json!([null]));
    object.ask("watch", json!([]));
    listens(world, &object);
    object
}

fn listens(world: &World, object: &Object<'_>) {
    world.until("it listens", || {
        object.call("ask", json!(["/", 8080])).is_ok()
    });
}

fn ends(object: &Object<'_>) -> Value {
    object.ask("ends", json!([]))
}

/// Waits until the container has ended, and that is noted.
fn ended(world: &World, object: &Object<'_>, with: &Value) {
    world.until("it has ended", || ends(object) == *with);
    assert_eq!(object.ask("is_running", json!([])), false);
}

on_both! {
    fn a_container_is_started_asked_and_ended(world) {
        let world = world.with_containers();
        let object = world.object("CONTAINED", "a");
        assert_eq!(object.ask("is_running", json!([])), false);
        let early = object.refuse("ask", json!(["/", 8080]));
        assert_eq!((&*early.name, early.retryable), ("Unavailable", true), "{early:?}");

        object.ask("start", json!([null]));
        assert_eq!(object.ask("is_running", json!([])), true);
        let again = object.refuse("start", json!([null])).message;
        assert_eq!(again, "start() cannot be called on a container that is already running.");
        object.ask("watch", json!([]));
        listens(&world, &object);
        let ask = |url: &str| object.ask("ask", json!([url, 8080]));
        assert_eq!(ask("/a?b"), "200 good day from /a");
        assert_eq!(ask("https://example.com/a"), "200 good day from /a", "the host leads nowhere");
        assert_eq!(ask("/moved"), "302 ", "a redirect is not followed");
        assert_eq!(object.ask("tcp", json!([["GET /health", " HTTP/1.0\r\n\r\n"], 8080]))
            .as_str().and_then(|all| all.split("\r\n\r\n").nth(1)), Some(r#"{"open":0}"#));
        assert_eq!(ends(&object), json!([]));

        object.ask("destroy", json!([]));
        ended(&world, &object, &json!(["exit code 137"]));
        object.ask("destroy", json!([]));
        let late = object.refuse("signal", json!([15])).message;
        assert_eq!(late, "signal() cannot be called on a container that is not running.");
    }

    fn how_it_ends_is_known(world) {
        let world = world.with_containers();
        let object = started(&world, "a");
        let lost = object.refuse("ask", json!(["/exit?code=3", 8080]));
        assert_eq!((&*lost.name, lost.retryable), ("Unavailable", true), "{lost:?}");
        ended(&world, &object, &json!(["exit code 3"]));

        // The same object starts another one.
        let object = started(&world, "a");
        object.ask("signal", json!([15]));
        ended(&world, &object, &json!(["exit code 3", "exit code 0"]));
        let object = started(&world, "a");
        object.ask("signal", json!([9]));
        ended(&world, &object, &json!(["exit code 3", "exit code 0", "exit code 137"]));
        assert_eq!(object.ask("is_running", json!([])), false);
    }

    fn a_container_that_can_not_start_ends_at_once(world) {
        let world = world.with_containers();
        let object = world.object("CONTAINED", "a");
        object.ask("start", json!(["missing:1"]));
        object.ask("watch", json!([]));
        ended(&world, &object, &json!(["Container failed to start"]));
        object.ask("start", json!(["node:24"]));
        listens(&world, &object);
    }

    fn what_is_wrong_is_an_error(world) {
        let world = world.with_containers();
        let object = world.object("CONTAINED", "a");
        let monitored = object.refuse("monitor", json!([])).message;
        assert_eq!(monitored, "monitor() cannot be called on a container that is not running.");
        object.ask("start", json!([null]));
        listens(&world, &object);
        let port = object.refuse("ask", json!(["/", 81]));
        assert_eq!((&*port.name, port.retryable), ("Unavailable", true));
        assert!(port.message.contains("not listening to port 81"), "{port:?}");
        assert_eq!(object.ask("tcp", json!([["hello"], 81])), "", "nothing arrives");
        assert!(object.refuse("ask", json!(["/", 0])).message.contains("Invalid port number: 0"));
        for number in [0, 65] {
            let signal = object.refuse("signal", json!([number]));
            assert_eq!(signal.name, "InvalidArgument");
        }
        let keep = object.refuse("keep", json!([{ "secs": 0, "nanos": 10 }]));
        assert_eq!(keep.name, "InvalidArgument");
        let none = world.object("BODILESS", "a").refuse("ask", json!([])).message;
        assert!(none.starts_with("this object has no container: add [[containers]]"), "{none}");
    }

    fn each_object_has_its_own(world) {
        let world = world.with_containers();
        let (one, other) = (started(&world, "one"), started(&world, "other"));
        one.ask("destroy", json!([]));
        ended(&world, &one, &json!(["exit code 137"]));
        assert_eq!(other.ask("is_running", json!([])), true);
        assert_eq!(other.ask("ask", json!(["/", 8080])), "200 good day from /");
    }

    fn a_request_is_passed_on_as_it_is(world) {
        let world = world.with_containers();
        let object = started(&world, "a");
        let response = world.request("POST", "/contained/a/b", &[("x-a", "b")], "body");
        assert_eq!((response.status, &*response.body), (200, "good day from /contained/a/b"));
        drop(object);
    }

    fn it_goes_on_when_the_object_is_lost(world) {
        let mut world = world.with_containers();
        started(&world, "a");
        world.crash();
        let object = world.object("CONTAINED", "a");
        assert_eq!(object.ask("is_running", json!([])), true);
        object.ask("watch", json!([]));
        assert_eq!(object.ask("ask", json!(["/", 8080])), "200 good day from /");
        object.ask("signal", json!([15]));
        ended(&world, &object, &json!(["exit code 0"]));
    }

    fn it_ends_with_the_memory_of_its_object_unless_it_is_kept(world) {
        let world = world.with_containers();
        let (left, kept) = (world.object("CONTAINED", "left"), started(&world, "kept"));
        // Nobody watches it: that might keep the object in memory.
        left.ask("start", json!([null]));
        listens(&world, &left);
        kept.ask("keep", json!([{ "secs": 60, "nanos": 0 }]));
        world.hibernate();
        assert_eq!(kept.ask("is_running", json!([])), true);
        assert_eq!(left.ask("is_running", json!([])), false);
        assert_eq!(kept.ask("ask", json!(["/", 8080])), "200 good day from /");
    }
}

/// Natively, nothing can be sent over it.
#[test]
fn a_web_socket_is_passed_on_in_workerd() {
    let world = World::in_workerd("contained-socket").with_containers();
    started(&world, "a");
    let mut client = world.connect("/contained/a/ws");
    for text in ["hello", "again"] {
        client.send_text(text);
        assert_eq!(
            client.receive(),
            actors_core::Message::Text(text.to_owned())
        );
    }
    let health = world
        .object("CONTAINED", "a")
        .ask("ask", json!(["/health", 8080]));
    assert_eq!(health, r#"200 {"open":1}"#);
}

#[test]
fn a_web_socket_is_a_response_natively() {
    let world = World::native();
    started(&world, "a");
    let upgrade = [("upgrade", "websocket")];
    let response = world.request("GET", "/contained/a/ws", &upgrade, "");
    assert_eq!(response.status, 101);
}
