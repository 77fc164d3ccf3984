//! Web sockets: who is admitted, what is handled in which order, and what is left
//! of a socket.

use actors_core::Message;
use serde_json::{Value, json};

use crate::client::Client;
use crate::world::{World, on_both};

/// A member of the room, who has been greeted.
#[track_caller]
fn member<'a>(world: &'a World, name: &str, tags: &str) -> Client<'a> {
    let mut client = world.connect(&format!("/rooms/attic/ws?name={name}&tags={tags}"));
    assert_eq!(client.json(), json!({ "type": "welcome", "name": name }));
    client
}

/// What the room knows of a member.
fn me(client: &mut Client<'_>) -> Value {
    client.send(&json!({ "type": "me" }));
    client.json()
}

fn said(text: &str, number: u32) -> Value {
    json!({ "type": "said", "text": text, "number": number })
}

fn echo(text: &str) -> Value {
    json!({ "type": "echo", "text": text })
}

fn log(world: &World) -> Vec<String> {
    let log = world.object("ROOM", "attic").ask("log", json!([]));
    serde_json::from_value(log).expect("a list of texts")
}

on_both! {
    fn a_message_goes_to_the_handler_of_its_type(world) {
        let mut ann = member(&world, "ann", "");
        ann.send(&json!({ "type": "say", "text": "hi" }));
        ann.send(&json!({ "type": "echo", "text": "ho", "times": 2 }));
        ann.send(&json!({ "text": "again", "type": "say" }));
        let received: Vec<_> = (0..4).map(|_| ann.json()).collect();
        assert_eq!(received, [said("hi", 1), echo("ho"), echo("ho"), said("again", 2)]);
    }

    fn a_message_that_fails_is_told_to_its_sender_and_changes_nothing(world) {
        let mut ann = member(&world, "ann", "");
        let mut bob = member(&world, "bob", "");
        let deep = "[".repeat(50_000);
        let long = json!({ "type": "say", "text": "x".repeat(100_000) }).to_string();
        let messages = [
            ("nonsense", "InvalidArgument", "expected a message that is a JSON object"),
            ("[1]", "InvalidArgument", "expected a message that is a JSON object"),
            (&deep, "InvalidArgument", "expected a message that is a JSON object"),
            (r#"{"text": "no type"}"#, "InvalidArgument", "a message needs a `type` field that is text"),
            (r#"{"type": 5}"#, "InvalidArgument", "a message needs a `type` field that is text"),
            (r#"{"type": "sing"}"#, "InvalidArgument", "there is no message of type `sing`"),
            (r#"{"type": "say"}"#, "InvalidArgument", "field `text` is missing"),
            (r#"{"type": "say", "text": 5}"#, "InvalidArgument", "field `text`"),
            (&long, "InvalidArgument", "a message has at most 100000 bytes, this one has 100024"),
            (r#"{"type": "fail", "secret": false}"#, "Forbidden", "not you"),
            (r#"{"type": "fail", "secret": true}"#, "Internal", "internal error"),
            (r#"{"type": "whisper", "to": "x", "text": ""}"#, "NotFound", "nobody has that id"),
        ];
        for (message, kind, text) in messages {
            ann.send_text(message);
            let told = ann.json();
            let start = told["message"].as_str().unwrap_or_default().split(':').next();
            assert_eq!(told["type"], "error");
            assert_eq!((told["kind"].as_str(), start), (Some(kind), Some(text)));
        }
        ann.send(&json!({ "type": "say", "text": "still here" }));
        assert_eq!(ann.json(), said("still here", 1));
        assert_eq!(bob.json(), said("still here", 1), "bob heard of nothing else");
    }

    fn binary_messages_have_a_handler_of_their_own(world) {
        let mut ann = member(&world, "ann", "");
        ann.send_bytes(&[1, 2, 255, 0]);
        assert_eq!(ann.receive(), Message::Bytes(vec![0, 255, 2, 1].into()));
        ann.send_bytes(&vec![7; 100_001]);
        assert_eq!(ann.json()["kind"], "InvalidArgument");
    }

    fn messages_can_be_one_type_of_the_actors_own(world) {
        let mut guest = world.connect("/parlours/p/ws");
        guest.send(&json!({ "tea": { "cups": 2 } }));
        assert_eq!(guest.json(), "Tea { cups: 2 }");
        guest.send(&json!("bill"));
        assert_eq!(guest.json(), "Bill");
        let mut refused = |text: &str| {
            guest.send_text(text);
            guest.json()
        };
        let told = refused(r#"{"tea": {"cups": "x"}}"#);
        assert_eq!(told[0], 22);
        assert!(told[1].as_str().unwrap().starts_with("message: tea.cups: invalid type"), "{told}");
        assert!(refused("{").to_string().contains("EOF"));
        assert!(refused(r#""bill" and more"#).to_string().contains("trailing"));
        assert!(refused(r#""coffee""#).to_string().contains("unknown variant `coffee`"));
        guest.send_bytes(&[1, 2, 3]);
        assert_eq!(guest.json(), json!([3, "expected a text message, found a binary one"]));
        guest.send_text(&"x".repeat(1_048_577));
        assert_eq!(guest.json(), json!([0, "a message has at most 1048576 bytes, this one has \
                                            1048577"]));
    }

    fn messages_can_be_text_and_bytes(world) {
        let mut client = world.connect("/mirrors/m/ws");
        client.send_text("no JSON, ä");
        assert_eq!(client.receive(), Message::Text("no JSON, ä".into()));
        client.send_bytes(&[0, 159]);
        assert_eq!(client.receive(), Message::Bytes(vec![0, 159].into()));
    }

    fn a_broadcast_reaches_those_that_are_meant_and_says_how_many(world) {
        let mut ann = member(&world, "ann", "red,tall");
        let mut bob = member(&world, "bob", "red");
        let mut cid = member(&world, "cid", "tall");
        ann.send(&json!({ "type": "tell", "text": "all", "tags": [] }));
        assert_eq!(ann.json(), json!({ "type": "told", "count": 2 }));
        cid.send(&json!({ "type": "tell", "text": "red", "tags": ["red"] }));
        assert_eq!(cid.json(), echo("all"));
        assert_eq!(cid.json(), json!({ "type": "told", "count": 2 }));
        bob.send(&json!({ "type": "tell", "text": "red and tall", "tags": ["red", "tall"] }));
        assert_eq!([bob.json(), bob.json()], [echo("all"), echo("red")]);
        assert_eq!(bob.json(), json!({ "type": "told", "count": 1 }));
        assert_eq!([ann.json(), ann.json()], [echo("red"), echo("red and tall")]);
        ann.send(&json!({ "type": "tell", "text": "nobody", "tags": ["blue"] }));
        assert_eq!(ann.json(), json!({ "type": "told", "count": 0 }));
    }

    fn one_that_has_closed_keeps_a_broadcast_from_nobody(world) {
        let mut ann = member(&world, "ann", "");
        let mut bob = member(&world, "bob", "");
        ann.send(&json!({ "type": "leave", "code": 4000, "reason": "bye" }));
        // Ann has not answered yet, so the socket is still there, and closing.
        bob.send(&json!({ "type": "tell", "text": "who is there?" }));
        assert_eq!(bob.json(), json!({ "type": "told", "count": 0 }));
        assert_eq!(ann.closed(), (4000, "bye".to_owned()));
        ann.close(4000, "bye");
    }

    fn each_socket_has_an_id_of_its_own_that_nobody_can_take(world) {
        // As in other libraries, a client asks for an id; here it is just a query.
        let mut ann = world.connect("/rooms/attic/ws?name=ann&id=7");
        let mut bob = world.connect("/rooms/attic/ws?name=bob&id=7");
        let _ = (ann.json(), bob.json());
        let (of_ann, of_bob) = (me(&mut ann)["id"].clone(), me(&mut bob)["id"].clone());
        assert_ne!(of_ann, of_bob);
        bob.send(&json!({ "type": "whisper", "to": of_ann, "text": "psst" }));
        assert_eq!(ann.json(), echo("psst"));
        ann.send(&json!({ "type": "whisper", "to": of_bob, "text": "yes?" }));
        assert_eq!(bob.json(), echo("yes?"));
    }

    fn ten_tags_are_the_most_and_leave_room_for_the_id(world) {
        let tags: Vec<_> = (0..10).map(|tag| format!("t{tag}")).collect();
        let mut ann = member(&world, "ann", &tags.join(","));
        let mut bob = member(&world, "bob", "");
        let of_ann = me(&mut ann);
        assert_eq!(of_ann["tags"], json!(tags));
        bob.send(&json!({ "type": "whisper", "to": of_ann["id"], "text": "psst" }));
        assert_eq!(ann.json(), echo("psst"));
        bob.send(&json!({ "type": "tell", "text": "t9", "tags": ["t9", "t0"] }));
        assert_eq!(bob.json()["count"], 1);

        let refused = |tags: &str| {
            let path = format!("/rooms/attic/ws?name=cid&tags={tags}");
            let refusal = world.upgrade(&path, &[]).err().expect("a refusal");
            (refusal.status, refusal.body)
        };
        let eleven = format!("{},t10", tags.join(","));
        let (status, body) = refused(&eleven);
        assert_eq!((status, &*body), (400, "a web socket has at most 10 tags, this one has 11"));
        let (status, body) = refused(&"x".repeat(257));
        assert_eq!((status, &*body), (400, "a tag has 1 to 256 bytes, this one has 257"));
        assert_eq!(refused("_actors:x").0, 400);
        drop(member(&world, "dan", &format!("{},{}", "x".repeat(256), "%C3%A4".repeat(128))));
        assert!(!log(&world).contains(&"admitted cid".to_owned()), "what a refused one did is undone");
    }

    fn an_attachment_has_a_limit_which_is_said_and_changes_nothing(world) {
        let mut ann = member(&world, "ann", "");
        ann.send(&json!({ "type": "grow", "length": 16_384 }));
        let told = ann.json();
        assert_eq!(told["kind"], "InvalidArgument");
        assert!(told["message"].as_str().unwrap().contains("the platform stores at most 16384"), "{told}");
        assert_eq!(me(&mut ann)["name"], "ann");
        ann.send(&json!({ "type": "grow", "length": 16_150 }));
        assert_eq!(me(&mut ann)["name"].as_str().map(str::len), Some(16_150));
        let refusal = world.upgrade("/rooms/attic/ws?name=bob&length=16384", &[]);
        assert_eq!(refusal.err().expect("a refusal").status, 400);
        let mut bob = world.connect("/rooms/attic/ws?name=bob&length=16150");
        assert_eq!(bob.json()["name"], "bob");
        assert_eq!(world.object("ROOM", "attic").ask("names", json!([])).as_array().unwrap().len(), 2);
    }

    fn what_belongs_to_a_socket_survives_an_eviction(world) {
        let mut ann = member(&world, "ann", "red");
        let mut bob = member(&world, "bob", "");
        let before = me(&mut ann);
        assert_eq!((&before["said"], &before["since_wake"]), (&json!(1), &json!(1)));
        world.hibernate();
        // What the platform answers by itself does not wake the actor.
        ann.send_text("ping");
        assert_eq!(ann.receive(), Message::Text("pong".into()));
        let after = me(&mut ann);
        assert_eq!((&after["said"], &after["since_wake"]), (&json!(2), &json!(1)));
        for same in ["id", "name", "tags"] {
            assert_eq!(after[same], before[same]);
        }
        bob.send(&json!({ "type": "tell", "text": "red", "tags": ["red"] }));
        assert_eq!(ann.json(), echo("red"));
        bob.send(&json!({ "type": "whisper", "to": before["id"], "text": "psst" }));
        assert_eq!([bob.json()["count"].clone(), ann.json()], [json!(1), echo("psst")]);
    }

    fn the_platform_answers_a_ping_from_the_first_socket_on(world) {
        // An actor that has seen nothing but this upgrade.
        let mut ann = world.connect("/rooms/attic/ws");
        let _welcome = ann.json();
        ann.send_text("ping");
        assert_eq!(ann.receive(), Message::Text("pong".into()));
        assert_eq!(me(&mut ann)["since_wake"], 1, "no handler saw it");
    }

    fn the_messages_of_a_socket_are_handled_in_order(world) {
        let mut ann = member(&world, "ann", "");
        // The first takes longer, in a handler that runs beside others.
        ann.send(&json!({ "type": "echo", "text": "slow", "pauses": 20 }));
        ann.send(&json!({ "type": "echo", "text": "quick", "pauses": 1 }));
        ann.send(&json!({ "type": "whisper", "to": "nobody", "text": "" }));
        assert_eq!([ann.json(), ann.json()], [echo("slow"), echo("quick")]);
        assert_eq!(ann.json()["kind"], "NotFound");
    }

    fn a_socket_is_admitted_before_its_first_message(world) {
        let mut slow = world.connect("/rooms/logged/ws?name=slow");
        slow.send(&json!({ "type": "me" }));
        assert_eq!(slow.json()["type"], "welcome");
        assert_eq!(slow.json()["name"], "slow");
        // And the actor was made before that.
        let log = world.object("ROOM", "logged").ask("log", json!([]));
        assert_eq!(log, json!(["init", "connect slow", "admitted slow"]));
    }

    fn a_refused_upgrade_leaves_no_socket(world) {
        let refused = |name: &str, headers: &[(&str, &str)]| {
            let refusal = world.upgrade(&format!("/rooms/attic/ws?name={name}"), headers);
            let refusal = refusal.err().expect("a refusal");
            (refusal.status, refusal.body)
        };
        let is = |status, body: &str| (status, body.to_owned());
        assert_eq!(refused("mallory", &[]), is(401, "who are you?"));
        assert_eq!(refused("trent", &[]), is(500, "internal error"), "600 is no status");
        assert_eq!(refused("trudy", &[]), is(500, "internal error"), "the header is no text");
        assert_eq!(refused("trudy&who=trudy", &[]), is(401, "who are you?"));
        assert_eq!(refused("eve", &[]), is(403, "not you"));
        assert_eq!(refused("broken", &[]), is(500, "internal error"));
        let origin = is(403, "pages from other origins may not connect");
        for other in [
            "https://elsewhere.example",
            "https://{host}", // these come by http
            "http://{host}/",
            "http://{host}@elsewhere.example",
            "http://127.0.0.1",
            "null",
            "https://friend.example.evil.example",
            "https://friend.example:8443",
            "http://friend.example",
        ] {
            assert_eq!(refused("ann", &[("origin", other)]), origin, "{other}");
        }
        let both = [("origin", "http://{host}"), ("origin", "https://friend.example")];
        assert_eq!(refused("ann", &both), origin);
        // The HTTP parser of workerd leaves out the header if there is nothing in it.
        if let World::Native(_) = world {
            assert_eq!(refused("ann", &[("origin", "")]), origin);
        }
        let protocol = refused("ann", &[("sec-websocket-protocol", "other, room.v3")]);
        assert_eq!(protocol, is(400, "none of the requested sub-protocols is supported"));
        assert_eq!(world.object("ROOM", "attic").ask("names", json!([])), json!([]));
        // An error undoes what the handler did; a refusal that it answers does not.
        assert_eq!(log(&world), ["connect mallory", "connect trudy"]);
    }

    fn pages_of_the_same_host_and_of_listed_origins_are_admitted(world) {
        for origin in ["http://{host}", "https://friend.example", "https://Friend.example:443"] {
            let upgrade = world.upgrade("/rooms/attic/ws?name=ann", &[("origin", origin)]);
            assert!(upgrade.is_ok(), "{origin}");
        }
        let anybody = world.upgrade("/mirrors/m/ws", &[("origin", "https://else.example")]);
        assert!(anybody.is_ok());
    }

    fn the_first_protocol_that_both_speak_is_chosen(world) {
        let protocols = [("sec-websocket-protocol", "room.v1, token.secret, room.v2")];
        let upgrade = world.upgrade("/rooms/attic/ws?name=ann", &protocols);
        let Ok(mut ann) = upgrade else { panic!("no socket") };
        assert_eq!(ann.protocol(), Some("room.v2"));
        let _welcome = ann.json();
        assert_eq!(me(&mut ann)["protocol"], "room.v2");
        assert_eq!(member(&world, "bob", "").protocol(), None);
    }

    fn a_plain_request_for_a_socket_is_told_so(world) {
        if let World::Workerd(_) = world {
            let response = world.request("GET", "/rooms/attic/ws", &[], "");
            assert_eq!((response.status, &*response.body), (426, "this path is for web sockets"));
        }
        let headers = [("upgrade", "h2c")];
        if let World::Native(_) = world {
            let refusal = world.upgrade("/rooms/attic/ws", &headers).err().expect("a refusal");
            assert_eq!(refusal.status, 426);
        }
        assert_eq!(world.object("ROOM", "attic").ask("names", json!([])), json!([]));
    }

    fn the_end_of_a_socket_is_heard_once_with_its_code_and_reason(world) {
        member(&world, "ann", "").close(4001, "enough");
        world.until("ann is gone", || log(&world).len() > 2);
        member(&world, "bob", "").close(1000, "");
        world.until("bob is gone", || log(&world).len() > 5);
        member(&world, "cid", "").vanish();
        world.until("cid is gone", || log(&world).len() > 8);
        let mut dan = member(&world, "dan", "");
        dan.send(&json!({ "type": "leave", "code": 3000, "reason": "go" }));
        assert_eq!(dan.closed(), (3000, "go".to_owned()));
        dan.close(3000, "go");
        world.until("dan is gone", || log(&world).len() > 11);
        // One more event, behind all that could come late.
        drop(me(&mut member(&world, "end", "")));
        let mut log = log(&world);
        log.retain(|line| line.starts_with("close") || line.starts_with("error"));
        let lost = "WebSocket disconnected without sending Close frame.";
        assert_eq!(log[..4], [
            "close ann 4001 enough true 0".to_owned(),
            "close bob 1000  true 0".to_owned(),
            format!("close cid 1006 {lost} false 0"),
            "close dan 3000 go true 0".to_owned(),
        ]);
        assert!(log[4..].iter().all(|line| line.starts_with("close end")), "{log:?}");
    }

    fn a_close_is_answered_with_its_code_where_no_handler_hears_of_it(world) {
        // 1001 is what a page says that goes away.
        for code in [1000, 1001, 1011, 4000] {
            let mut guest = world.connect("/parlours/p/ws");
            guest.send(&json!("bill"));
            assert_eq!(guest.json(), "Bill");
            guest.close(code, "bye");
        }
    }

    fn a_close_that_cannot_be_sent_back_is_answered_too(world) {
        for code in [0, 999, 1004, 1006, 1015, 5000, 65_535] {
            let answer = member(&world, "ann", "").close_with(code);
            assert!(answer.is_none_or(|answer| answer == 1002), "{code}: {answer:?}");
            let line = format!("close ann {code} ");
            let is_heard = || log(&world).iter().any(|said| said.starts_with(&line));
            world.until(&line, is_heard);
        }
    }

    fn a_bad_close_is_refused(world) {
        let mut ann = member(&world, "ann", "");
        for (code, reason) in [(1001, ""), (999, ""), (5000, ""), (4000, &*"x".repeat(124))] {
            ann.send(&json!({ "type": "leave", "code": code, "reason": reason }));
            assert_eq!(ann.json()["kind"], "InvalidArgument");
        }
        ann.send(&json!({ "type": "leave", "code": 4999, "reason": "x".repeat(123) }));
        assert_eq!(ann.closed(), (4999, "x".repeat(123)));
    }
}
