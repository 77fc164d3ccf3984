//! The agent, over HTTP.

use std::time::Duration;

use serde_json::{Value, json};

use crate::world::{Answer, World, on_both};

fn post(world: &World, path: &str, text: &str) -> Answer {
    world.send("POST", &format!("/agents/a{path}"), &[], text)
}

fn get(world: &World, path: &str) -> Value {
    world
        .send("GET", &format!("/agents/a{path}"), &[], "")
        .json()
}

fn begin(world: &World, text: &str) {
    let begun = post(world, "", text);
    assert_eq!((begun.status, &*begun.body), (201, "1"), "{begun:?}");
}

fn phase(world: &World, id: u64) -> String {
    let phase = get(world, &format!("/{id}"))[0]["phase"].clone();
    phase.as_str().expect("a phase").to_owned()
}

fn rests(world: &World, wanted: &str) {
    world.until(wanted, || phase(world, 1) == wanted);
}

fn file(world: &World, version: u32, path: &str) -> Option<String> {
    let files = get(world, &format!("/1/versions/{version}"));
    Some(files.get(path)?.as_str().expect("a text").to_owned())
}

/// What was told of the conversation by then, to one who comes with that cursor.
fn told(world: &World, from: u64) -> Vec<Value> {
    told_of(world, 1, from)
}

fn told_of(world: &World, id: u64, from: u64) -> Vec<Value> {
    let path = format!("/agents/a/{id}/events?from={from}");
    let data =
        |line: String| Some(serde_json::from_str(line.strip_prefix("data: ")?).expect("JSON"));
    let is_end =
        |line: &str| line.contains(r#""phase":"done""#) || line.contains(r#""phase":"failed""#);
    world
        .lines(&path, is_end)
        .into_iter()
        .filter_map(data)
        .collect()
}

fn all(events: &[Value], kind: &str, field: &str) -> Vec<Value> {
    let events = events.iter().filter(|event| event["type"] == kind);
    events.map(|event| event[field].clone()).collect()
}

/// The answers that count.
fn answers(events: &[Value]) -> Vec<String> {
    let (mut answers, mut now) = (Vec::new(), String::new());
    for event in events {
        match event["type"].as_str().expect("a type") {
            "asked" | "void" => now.clear(),
            "words" => now.push_str(event["text"].as_str().expect("words")),
            "answered" => answers.push(std::mem::take(&mut now)),
            _ => {}
        }
    }
    answers
}

on_both! { [];
    fn a_wish_becomes_a_page_that_is_served(world) {
        begin(&world, "Count clicks");
        rests(&world, "done");
        let events = told(&world, 0);
        let phases = all(&events, "phase", "phase");
        let expected = ["plan", "generate", "review", "generate", "review", "deploy", "done"];
        assert_eq!(phases, expected);
        assert_eq!(answers(&events).len(), 7);
        assert_eq!(told(&world, 10), events[10..], "who comes again is told the rest");
        let page = world.send("GET", "/deployed/1@a/index.html", &[], "");
        assert_eq!(Some(page.body), file(&world, 1, "index.html"));
        assert_eq!(get(&world, "")[0]["title"], "Count clicks");
    }

    fn what_is_said_in_the_middle_is_heard(world) {
        begin(&world, "A page");
        world.until("it generates", || phase(&world, 1) == "generate");
        assert_eq!(post(&world, "/1/say", "and a readme.md").status, 200);
        rests(&world, "done");
        let live = get(&world, "/1")[0]["live"].as_u64().expect("a version");
        let readme = file(&world, u32::try_from(live).expect("small"), "readme.md");
        assert_eq!(readme.expect("the readme"), "readme.md\n\nA page\nand a readme.md\n");
    }

    fn a_generation_survives_kills(world) {
        let mut world = world;
        begin(&world, "A page");
        rests(&world, "done");
        assert_eq!(post(&world, "", "A page").body, "2");
        for millis in [150, 700, 400, 900, 300, 600] {
            world.pass(Duration::from_millis(millis));
            world.restart();
        }
        world.until("it is done", || phase(&world, 2) == "done");
        assert_eq!(get(&world, "/2/versions/1"), get(&world, "/1/versions/1"));
        let (whole, killed) = (told_of(&world, 1, 0), told_of(&world, 2, 0));
        assert_eq!(answers(&killed), answers(&whole));
        assert_eq!(all(&killed, "phase", "phase"), all(&whole, "phase", "phase"));
        assert_eq!(all(&killed, "live", "version"), [1]);
        assert!(killed.len() > whole.len(), "it was killed in the middle of answers");
    }

    fn a_generation_is_cancelled(world) {
        begin(&world, "A page");
        world.until("it generates", || phase(&world, 1) == "generate");
        assert_eq!(post(&world, "/1/cancel", "").status, 200);
        rests(&world, "cancelled");
        assert_eq!(get(&world, "/1/versions/1"), json!({}));
        assert_eq!(post(&world, "/1/cancel", "").status, 409);
    }

    fn an_earlier_version_is_deployed_again(world) {
        begin(&world, "A page");
        rests(&world, "done");
        post(&world, "/1/say", "and more");
        rests(&world, "done");
        let page = || world.send("GET", "/deployed/1@a/index.html", &[], "").body;
        assert!(page().contains("and more"));
        assert_eq!(post(&world, "/1/rollback/7", "").status, 404);
        assert_eq!(post(&world, "/1/rollback/1", "").status, 200);
        rests(&world, "done");
        assert!(!page().contains("and more"));
    }

    fn an_agent_ends_with_its_final_state(world) {
        begin(&world, "A page");
        rests(&world, "done");
        let archive = world.send("DELETE", "/agents/a", &[], "").json();
        assert_eq!(archive["files"].as_array().expect("files").len(), 3);
        assert_eq!(get(&world, ""), json!([]));
        world.until("nothing is left", || world.tables("CODE_AGENT", "a") == 0);
        assert_eq!(world.send("GET", "/deployed/1@a/index.html", &[], "").status, 200);
    }

    fn what_cannot_be_done_is_refused(world) {
        for (method, path, text, status) in [
            ("POST", "", "", 400),
            ("POST", "/7/say", "hello", 404),
            ("POST", "/x/say", "hello", 400),
            ("GET", "/7/events", "", 404),
            ("GET", "/1/nothing", "", 404),
        ] {
            let answer = world.send(method, &format!("/agents/a{path}"), &[], text);
            assert_eq!(answer.status, status, "{path}: {answer:?}");
        }
        assert_eq!(world.tables("CODE_AGENT", "a"), 0);
    }
}

mod over_http {
    use super::{all, answers, begin, file, get, rests, told};
    use crate::world::on_both;

    on_both! { [("MODEL_URL", "https://model.example/v1/chat/completions"), ("MODEL_KEY", "key")];
        fn a_model_answers(world) {
            begin(&world, "A text");
            rests(&world, "done");
            assert_eq!(file(&world, 1, "one.txt").as_deref(), Some("Wörter 👋\n"));
            assert_eq!(answers(&told(&world, 0))[2], "All is well.");
        }

        fn a_model_that_is_busy_is_asked_again(world) {
            begin(&world, "be busy");
            rests(&world, "done");
            let void = all(&told(&world, 0), "void", "error");
            assert_eq!(void, ["the model answered 429 Too Many Requests"]);
        }

        fn an_answer_that_breaks_off_is_void(world) {
            begin(&world, "break off");
            rests(&world, "done");
            let events = told(&world, 0);
            assert_eq!(all(&events, "void", "error"), ["the model's answer broke off"]);
            assert_eq!(answers(&events).len(), 3);
        }

        fn an_answer_that_is_nonsense_is_void(world) {
            begin(&world, "talk nonsense");
            rests(&world, "done");
            let void = all(&told(&world, 0), "void", "error");
            assert_eq!(void, ["the model's answer can't be read"]);
        }

        fn a_model_that_refuses_is_a_failure(world) {
            begin(&world, "refuse");
            rests(&world, "failed");
            assert_eq!(get(&world, "/1")[0]["error"], "the model answered 401 Unauthorized");
        }
    }
}
