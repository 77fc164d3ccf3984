//! The chat, for clients that lose their connections.

use serde_json::{Value, json};

use crate::world::{Socket, World, on_both};

/// Enters a room, and returns the socket with its welcome.
#[track_caller]
fn enter<'a>(world: &'a World, query: &str) -> (Socket<'a>, Value) {
    let path = format!("/rooms/attic/ws?{query}");
    let mut socket = world.connect(&path).expect("a socket");
    let welcome = socket.next();
    assert_eq!(welcome["type"], "welcome");
    (socket, welcome)
}

fn say(socket: &mut Socket<'_>, id: &str, text: &str) {
    socket.send(&json!({ "type": "say", "id": id, "text": text }));
}

/// The text of the next line that is said, and its number.
#[track_caller]
fn said(socket: &mut Socket<'_>) -> (Value, Value) {
    let event = socket.next();
    assert_eq!(event["type"], "said", "{event}");
    let line = &event["line"];
    (line["text"].clone(), line["number"].clone())
}

/// The texts in a welcome, and whether they go on from what was seen.
fn history(welcome: &Value) -> (Vec<&str>, bool) {
    let lines = welcome["history"].as_array().expect("a list").iter();
    let texts = lines.map(|line| line["text"].as_str().expect("a text"));
    (texts.collect(), welcome["goes_on"] == true)
}

on_both! { [];
    fn who_comes_back_is_told_what_was_missed_and_nothing_twice(world) {
        let (mut ann, welcome) = enter(&world, "name=ann");
        assert_eq!(history(&welcome), (vec![], false));
        let (mut bob, _) = enter(&world, "name=bob&key=b");
        say(&mut ann, "1", "one");
        assert_eq!(said(&mut bob), (json!("one"), json!(1)));
        bob.vanish();
        for (id, text) in [("2", "two"), ("3", "three")] {
            say(&mut ann, id, text);
        }
        while ann.next()["line"]["text"] != "three" {}

        let (_bob, welcome) = enter(&world, "name=bob&key=b&seen=1");
        assert_eq!(history(&welcome), (vec!["two", "three"], true));
        let (_cid, welcome) = enter(&world, "name=cid&seen=3");
        assert_eq!(history(&welcome), (vec![], true));
        // A number that this room has not: it is another room.
        let (_dan, welcome) = enter(&world, "name=dan&seen=4");
        assert_eq!(history(&welcome), (vec!["one", "two", "three"], false));
        assert_eq!(world.connect("/rooms/attic/ws?name=eve&seen=x").err(), Some(400));
    }

    fn a_line_that_is_said_again_is_the_same_line(world) {
        let (mut ann, _) = enter(&world, "name=ann");
        for text in ["one", "one", "two"] {
            say(&mut ann, text, text);
        }
        assert_eq!(said(&mut ann), (json!("one"), json!(1)));
        assert_eq!(said(&mut ann), (json!("two"), json!(2)));
        // Those without an id are all different.
        for _ in 0..2 {
            ann.send(&json!({ "type": "say", "text": "so" }));
        }
        assert_eq!(said(&mut ann), (json!("so"), json!(3)));
        assert_eq!(said(&mut ann), (json!("so"), json!(4)));
    }

    fn who_comes_back_takes_the_place_of_a_connection_that_nobody_knows_is_lost(world) {
        let (mut bob, _) = enter(&world, "name=bob");
        let (mut old, _) = enter(&world, "name=ann&key=a");
        assert_eq!(bob.next(), json!({ "type": "joined", "who": "ann" }));
        for query in ["name=ann", "name=ann&key=b"] {
            let refused = world.connect(&format!("/rooms/attic/ws?{query}"));
            assert_eq!(refused.err(), Some(409), "{query}");
        }
        let (mut new, welcome) = enter(&world, "name=ann&key=a");
        assert_eq!(welcome["here"], json!(["ann", "bob"]));
        assert_eq!(old.closed(), 4000);
        old.vanish();
        say(&mut new, "1", "hello");
        assert_eq!(said(&mut bob).0, "hello", "nobody has left or joined");
        new.vanish();
        assert_eq!(bob.next(), json!({ "type": "left", "who": "ann" }));
    }

    fn what_was_said_outlives_the_process(world) {
        let mut world = world;
        let (mut ann, _) = enter(&world, "name=ann&key=a");
        say(&mut ann, "1", "one");
        assert_eq!(said(&mut ann).0, "one");
        drop(ann);
        world.restart();
        let (mut ann, welcome) = enter(&world, "name=ann&key=a&seen=1");
        assert_eq!((history(&welcome), &welcome["here"]), ((vec![], true), &json!(["ann"])));
        // What may have been lost is said again.
        say(&mut ann, "1", "one");
        say(&mut ann, "2", "two");
        assert_eq!(said(&mut ann), (json!("two"), json!(2)));
    }
}
