//! The example `container`: an actor that looks after its container.

use std::time::Duration;

use serde_json::{Value, json};

use crate::world::{Response, World, on_both};

fn ask(world: &World, path: &str) -> Response {
    world.request("GET", &format!("/containers/{path}"), &[], "")
}

/// The exit codes of its runs, the newest first; none for what has not ended.
fn ends(world: &World, name: &str) -> Vec<Value> {
    let runs = ask(world, &format!("{name}/-/runs")).json();
    let end = |run: &Value| match run["ended"].is_null() {
        true => json!("runs"),
        false => run["code"].clone(),
    };
    runs.as_array().expect("a list").iter().map(end).collect()
}

fn places(world: &World) -> Vec<String> {
    let places = world.object("POOL", "all").ask("places", json!([]));
    let name = |place: &Value| place["name"].as_str().expect("a name").to_owned();
    places
        .as_array()
        .expect("a list")
        .iter()
        .map(name)
        .collect()
}

/// Asks until time has passed that the answer needs: natively that is virtual.
fn answer(world: &World, path: &str) -> Response {
    let calls = vec![
        world
            .object("INSTANCE", path.split('/').next().unwrap())
            .describe("ready", json!([])),
    ];
    for outcome in world.together(&calls) {
        outcome.expect("it gets ready");
    }
    ask(world, path)
}

on_both! {
    fn it_starts_when_it_is_needed_and_stops_when_it_is_told(world) {
        let world = world.with_containers();
        assert_eq!(ends(&world, "a"), [] as [Value; 0], "asking starts nothing");
        let hello = answer(&world, "a/hello");
        assert_eq!((hello.status, &*hello.body), (200, "hello from /hello"));
        assert_eq!(ends(&world, "a"), [json!("runs")]);
        assert_eq!(places(&world), ["a"]);

        let stop = world.request("POST", "/containers/a/-/stop", &[], "");
        assert_eq!(stop.status, 202);
        world.until("it has stopped", || ends(&world, "a") == [json!(0)]);
        world.until("its place is free", || places(&world).is_empty());
        assert_eq!(answer(&world, "a/again").body, "hello from /again");
        assert_eq!(ends(&world, "a"), [json!("runs"), json!(0)]);
    }

    fn many_requests_start_it_once(world) {
        let world = world.with_containers();
        let object = world.object("INSTANCE", "a");
        let calls: Vec<_> = (0..10).map(|_| object.describe("ready", json!([]))).collect();
        for outcome in world.together(&calls) {
            outcome.expect("it gets ready");
        }
        assert_eq!(ends(&world, "a"), [json!("runs")]);
    }

    fn one_that_fails_starts_again_after_longer_and_longer(world) {
        let world = world.with_containers();
        answer(&world, "a/hello");
        let lost = ask(&world, "a/exit?code=3");
        assert_eq!((lost.status, &*lost.body), (503, "the container has ended, or does not answer"));
        world.until("it starts again", || ends(&world, "a") == [json!("runs"), json!(3)]);
        assert_eq!(answer(&world, "a/health").body, r#"{"open":0}"#);
        ask(&world, "a/exit?code=4");
        world.until("its end is noted", || ends(&world, "a") == [json!(4), json!(3)]);
        let early = ask(&world, "a/hello");
        assert_eq!(early.status, 503, "{early:?}");
        assert!(early.body.starts_with("the container has failed, and starts again in "), "{early:?}");
        world.until("it starts again", || ends(&world, "a").len() == 3);
    }

    fn one_that_is_not_well_is_given_up(world) {
        let world = world.with_containers();
        answer(&world, "a/sick");
        let ends = || ends(&world, "a");
        world.until("it is killed", || ends().len() == 2 || ends() == [json!(137)]);
        world.until("it starts again", || ends() == [json!("runs"), json!(137)]);
    }

    fn one_that_nobody_uses_sleeps(world) {
        let world = world.with_containers();
        answer(&world, "a/hello");
        world.until("it sleeps", || ends(&world, "a") == [json!(0)]);
        world.pass(Duration::from_secs(3));
        assert_eq!(ends(&world, "a"), [json!(0)], "it does not start by itself");
    }

    fn no_more_run_than_there_are_places(world) {
        let world = world.with_containers();
        answer(&world, "a/hello");
        answer(&world, "b/hello");
        let full = ask(&world, "c/hello");
        assert_eq!(full.status, 429, "{full:?}");
        assert_eq!(places(&world), ["a", "b"]);
        world.object("INSTANCE", "a").ask("stop", json!([]));
        world.until("a place is free", || places(&world) == ["b"]);
        answer(&world, "c/hello");
        assert_eq!(places(&world), ["b", "c"]);
    }

    fn many_at_once_get_no_more_places_than_there_are(world) {
        let world = world.with_containers();
        let ready = |name: &str| world.object("INSTANCE", name).describe("ready", json!([]));
        let outcomes = world.together(&["a", "b", "c", "d", "e", "f"].map(ready));
        let refused = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
        let refused: Vec<_> = refused.map(|failure| &*failure.name).collect();
        assert_eq!(refused, ["Overloaded"; 4], "{outcomes:?}");
        assert_eq!(places(&world).len(), 2);
    }

    fn one_that_waits_to_start_again_can_be_stopped(world) {
        let world = world.with_containers();
        answer(&world, "a/hello");
        ask(&world, "a/exit?code=3");
        world.until("its end is noted", || ends(&world, "a") == [json!(3)]);
        world.object("INSTANCE", "a").ask("stop", json!([]));
        world.pass(Duration::from_secs(3));
        assert_eq!(ends(&world, "a"), [json!(3)], "it does not start by itself");
        answer(&world, "a/hello");
        assert_eq!(ends(&world, "a"), [json!("runs"), json!(3)]);
    }

    fn who_needs_one_that_stops_waits_for_the_next(world) {
        let world = world.with_containers();
        answer(&world, "a/hello");
        world.object("INSTANCE", "a").ask("stop", json!([]));
        assert_eq!(answer(&world, "a/again").body, "hello from /again");
        world.until("the first end is noted", || ends(&world, "a") == [json!("runs"), json!(0)]);
        assert_eq!(places(&world), ["a"], "it has a place");
    }

    fn it_is_found_again_after_a_crash(world) {
        let mut world = world.with_containers();
        answer(&world, "a/hello");
        world.crash();
        assert_eq!(ask(&world, "a/hello").body, "hello from /hello");
        assert_eq!(ends(&world, "a"), [json!("runs")], "the same one");
        ask(&world, "a/exit?code=5");
        world.until("its end is noted", || ends(&world, "a").last() == Some(&json!(5)));
    }
}

/// Natively, nothing can be sent over it.
#[test]
fn a_web_socket_keeps_it_awake() {
    let world = World::in_workerd("container-socket").with_containers();
    answer(&world, "a/hello");
    let mut client = world.connect("/containers/a/ws");
    std::thread::sleep(Duration::from_secs(5));
    client.send_text("hello");
    assert_eq!(
        client.receive(),
        actors_core::Message::Text("hello".to_owned())
    );
    assert_eq!(ends(&world, "a"), [json!("runs")]);
    drop(client);
    world.until("it sleeps", || ends(&world, "a") == [json!(0)]);
}
