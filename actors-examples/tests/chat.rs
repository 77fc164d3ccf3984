//! The chat, natively.

use actors_core::http;
use actors_core::prelude::*;
use actors_core::testing::{Client, World};
use actors_examples::chat::{ChatRoom, Event};
use serde_json::json;

fn enter<'a>(world: &'a World, name: &str) -> Result<Client<'a>, (u16, String)> {
    let request = http::Request::get(format!("/?name={name}"))
        .body(())
        .expect("a request");
    world
        .connect_with::<ChatRoom>("attic", request)
        .map_err(|refusal| {
            let status = refusal.status().as_u16();
            let body = world.run(refusal.into_body().bytes()).expect("a body");
            (status, String::from_utf8_lossy(&body).into_owned())
        })
}

/// All that the client has been told.
fn told(client: &Client<'_>) -> Vec<Event> {
    std::iter::from_fn(|| client.receive::<Event>())
        .map(|event| event.expect("an event"))
        .collect()
}

fn joined(who: &str) -> Event {
    Event::Joined { who: who.into() }
}

/// The text of the lines.
fn texts(events: &[Event]) -> Vec<String> {
    let said = events.iter().filter_map(|event| match event {
        Event::Said { line } => Some(format!("{} {}: {}", line.number, line.who, line.text)),
        _ => None,
    });
    said.collect()
}

#[test]
fn members_see_each_other_come_write_and_go() {
    let world = World::new();
    let ann = enter(&world, "ann").expect("a socket");
    let bob = enter(&world, "B%C3%B6b+B").expect("a socket");
    let welcome = Event::Welcome {
        here: vec!["Böb B".into(), "ann".into()],
        goes_on: false,
        history: vec![],
    };
    assert_eq!(told(&bob), [welcome]);
    bob.send(&json!({ "type": "typing" })).unwrap();
    bob.send(&json!({ "type": "say", "text": " hi " })).unwrap();
    ann.send(&json!({ "type": "say", "text": "ho" })).unwrap();
    let of_ann = told(&ann);
    assert_eq!(
        of_ann[1..3],
        [
            joined("Böb B"),
            Event::Typing {
                who: "Böb B".into()
            }
        ]
    );
    let lines = ["1 Böb B: hi", "2 ann: ho"];
    assert_eq!(
        (texts(&of_ann), texts(&told(&bob))),
        (
            lines.map(str::to_owned).into(),
            lines.map(str::to_owned).into()
        )
    );
    bob.close(1001, "").unwrap();
    assert_eq!(
        told(&ann),
        [Event::Left {
            who: "Böb B".into()
        }]
    );
    assert_eq!(
        world.run(world.get::<ChatRoom>("attic").who()).unwrap(),
        ["ann"]
    );
}

#[test]
fn what_was_said_is_told_to_those_who_come_later() {
    let world = World::new();
    let ann = enter(&world, "ann").expect("a socket");
    for number in 1..=1010 {
        ann.send(&json!({ "type": "say", "text": format!("line {number}") }))
            .unwrap();
    }
    world.evict_all();
    let bob = enter(&world, "bob").expect("a socket");
    let [Event::Welcome { history, here, .. }] = &told(&bob)[..] else {
        panic!("no welcome")
    };
    assert_eq!(here, &["ann", "bob"]);
    assert_eq!(
        (history.len(), history[0].number, history[49].number),
        (50, 961, 1010)
    );
    let room = world.get::<ChatRoom>("attic");
    let oldest = world.run(room.history(Some(12))).unwrap();
    assert_eq!(
        oldest.iter().map(|line| line.number).collect::<Vec<_>>(),
        [11],
        "1000 are kept"
    );
}

#[test]
fn names_are_texts_that_nobody_else_has() {
    let world = World::new();
    let _ann = enter(&world, "ann").expect("a socket");
    let refused = |name: &str| enter(&world, name).err().expect("a refusal");
    assert_eq!(
        refused("ann"),
        (409, "somebody here already has that name".into())
    );
    assert_eq!(refused("%20"), (400, "a name is needed".into()));
    assert_eq!(refused(&"n".repeat(25)).0, 400);
    assert_eq!(
        world.run(world.get::<ChatRoom>("attic").who()).unwrap(),
        ["ann"]
    );
    assert!(enter(&world, &"n".repeat(24)).is_ok());
}

#[test]
fn a_line_that_is_refused_is_told_to_its_writer_alone() {
    let world = World::new();
    let ann = enter(&world, "ann").expect("a socket");
    let bob = enter(&world, "bob").expect("a socket");
    let _ = (told(&ann), told(&bob));
    for text in [" ".to_owned(), "x".repeat(2001)] {
        ann.send(&json!({ "type": "say", "text": text })).unwrap();
        let told: serde_json::Value = ann.receive().expect("an error").expect("JSON");
        assert_eq!(told["type"], "error");
    }
    assert_eq!(told(&bob), []);
}
