//! Durable streams: what a client has not seen it gets, once, in order.

use std::collections::VecDeque;
use std::time::Duration;

use actors_core::prelude::*;
use actors_core::testing;
use serde_json::{Value, json};

use crate::client::Client;
use crate::world::{Object, Stream, World, on_both};

/// A server-sent event: its id, its name and its data.
type Event = (u64, String, Value);

/// What an `EventSource` does.
struct Source<'a> {
    world: &'a World,
    path: String,
    last: Option<u64>,
    stream: Option<Stream<'a>>,
    text: String,
    events: VecDeque<Event>,
}

impl<'a> Source<'a> {
    fn new(world: &'a World, path: &str) -> Self {
        Self {
            world,
            path: path.to_owned(),
            last: None,
            stream: None,
            text: String::new(),
            events: VecDeque::new(),
        }
    }

    /// The next event, for which it connects if it is not; none at the end of the response.
    fn next(&mut self) -> Option<Event> {
        while self.events.is_empty() {
            let (world, path, last) = (self.world, &self.path, self.last);
            let stream = self.stream.get_or_insert_with(|| match last {
                None => world.stream(path),
                Some(last) => world.stream_with(path, &[("last-event-id", &last.to_string())]),
            });
            self.text += &stream.next()?;
            while let Some((event, rest)) = self.text.split_once("\n\n") {
                self.events.extend(parse(event));
                self.text = rest.to_owned();
            }
        }
        let event = self.events.pop_front();
        self.last = event.as_ref().map(|(id, ..)| *id);
        event
    }

    /// The data of the next event, which has no name.
    #[track_caller]
    fn data(&mut self) -> Value {
        let (_, name, data) = self.next().expect("an event");
        assert_eq!(name, "", "{data}");
        data
    }

    /// Goes away, and forgets what has come but was not read.
    fn leave(&mut self) {
        self.stream = None;
        self.text.clear();
        self.events.clear();
    }

    /// What the next request of this client is answered with.
    fn status(&self) -> u16 {
        let last = self.last.unwrap_or_default().to_string();
        let headers = [("last-event-id", &*last)];
        self.world.request("GET", &self.path, &headers, "").status
    }
}

fn parse(event: &str) -> Option<Event> {
    let mut parsed = (0, String::new(), Value::Null);
    for line in event.lines() {
        match line.split_once(": ") {
            Some(("id", id)) => parsed.0 = id.parse().expect("a cursor"),
            Some(("event", name)) => name.clone_into(&mut parsed.1),
            Some(("data", data)) => parsed.2 = serde_json::from_str(data).expect("JSON"),
            _ => assert!(line == ":", "{event}"),
        }
    }
    (parsed.0 > 0).then_some(parsed)
}

fn teller(world: &World) -> Object<'_> {
    world.object("TELLER", "a")
}

fn say(world: &World, words: &Value) {
    teller(world).ask("say", json!(["words", words]));
}

/// What a socket is told of the stream `words`.
fn told(cursor: u64, field: &str, value: &Value) -> Value {
    json!({"type": "stream", "stream": "words", "cursor": cursor, field: value})
}

/// How a call answers a chunk that is `null`.
fn absent() -> Value {
    json!({"$": "undefined"})
}

/// A socket that follows the stream from a cursor on.
fn follower(world: &World, from: u64) -> Client<'_> {
    let mut client = world.connect(&format!("/tellers/a/ws?stream=words&from={from}"));
    assert_eq!(client.json(), "welcome");
    client
}

#[track_caller]
fn hears(client: &mut Client<'_>, first: u64, words: &[&str]) {
    for (cursor, word) in (first..).zip(words) {
        assert_eq!(client.json(), told(cursor, "value", &json!(word)));
    }
}

const EVENTS: &str = "/tellers/a/events/words";

on_both! {
    fn what_is_appended_is_read_in_pages(world) {
        let teller = teller(&world);
        let read = |from: u64, limit: u64| teller.ask("read", json!(["words", from, limit]));
        let page = |chunks: Value, cursor: u64, is_last: bool, state: Value| json!({
            "chunks": chunks, "cursor": cursor, "is_last": is_last, "is_trimmed": false,
            "state": state,
        });
        assert_eq!(read(0, 10), page(json!([]), 0, true, json!("open")));
        assert_eq!(teller.sql("SELECT name FROM sqlite_master WHERE name LIKE '_actors_%'"), json!([]));
        assert_eq!(teller.ask("say", json!(["words", ["a", {"b": 1.5}, null]])), 3);
        assert_eq!(teller.ask("say_all", json!(["words", ["d", "e"]])), 5);
        assert_eq!(read(0, 2), page(json!([[1, "a"], [2, {"b": 1.5}]]), 2, false, json!("open")));
        assert_eq!(read(2, 2), page(json!([[3, absent()], [4, "d"]]), 4, false, json!("open")));
        assert_eq!(read(4, 9), page(json!([[5, "e"]]), 5, true, json!("open")));
        assert_eq!(read(5, 9), page(json!([]), 5, true, json!("open")));
        assert_eq!(teller.ask("close", json!(["words"])), 6);
        assert_eq!(read(4, 9), page(json!([[5, "e"]]), 6, true, json!("closed")));
        assert_eq!(read(6, 9), page(json!([]), 6, true, json!("closed")));
        let refused = teller.refuse("say", json!(["words", ["f"]]));
        assert_eq!(refused.name, "Conflict");
        assert!(refused.message.contains("`words` has ended"), "{refused:?}");
        // It has ended already, and stays as it is.
        assert_eq!(teller.ask("fail", json!(["words", "no"])), 6);
        assert_eq!(teller.ask("fail", json!(["other", "no"])), 1);
        assert_eq!(teller.ask("fail_secretly", json!(["third"])), 1);
        assert_eq!(teller.ask("list", json!([])), json!([
            {"name": "other", "chunks": 0, "cursor": 1, "state": {"failed": "no"}},
            {"name": "third", "chunks": 0, "cursor": 1, "state": {"failed": "internal error"}},
            {"name": "words", "chunks": 5, "cursor": 6, "state": "closed"},
        ]));
        world.crash();
        let teller = world.object("TELLER", "a");
        let page = teller.ask("read", json!(["words", 3, 9]));
        assert_eq!(page["chunks"], json!([[4, "d"], [5, "e"]]));
    }

    fn a_client_that_comes_back_ten_times_gets_each_chunk_once_in_order(world) {
        let mut source = Source::new(&world, EVENTS);
        let mut heard = Vec::new();
        for round in 0..10 {
            let said: Vec<u64> = (0..10).map(|word| round * 10 + word).collect();
            say(&world, &json!(said[..5]));
            heard.push(source.data());
            // What comes while it is connected, and what is there already.
            say(&world, &json!(said[5..]));
            for _ in 0..4 + round % 3 {
                heard.push(source.data());
            }
            source.leave();
            if round == 5 {
                world.hibernate();
            }
        }
        teller(&world).ask("close", json!(["words"]));
        while let Some((_, name, data)) = source.next() {
            match &*name {
                "" => heard.push(data),
                _ => assert_eq!((&*name, data), ("end", json!("closed"))),
            }
        }
        assert_eq!(heard, (0..100).map(Value::from).collect::<Vec<_>>());
        // That is how an `EventSource` learns not to come again.
        assert_eq!(source.status(), 204);
        source.last = Some(99);
        assert_eq!(source.status(), 200);
    }

    fn an_object_stays_in_memory_while_somebody_reads(world) {
        let mut source = Source::new(&world, EVENTS);
        say(&world, &json!(["a"]));
        assert_eq!(source.data(), "a");
        world.hibernate();
        say(&world, &json!(["b"]));
        let stream = source.stream.as_mut().expect("it is connected");
        assert_eq!(stream.next().as_deref(), Some("id: 2\ndata: \"b\"\n\n"));
    }

    fn events_come_live_until_the_stream_fails(world) {
        let teller = teller(&world);
        let mut source = Source::new(&world, EVENTS);
        // It reads before there is anything, and of one stream only.
        source.stream = Some(world.stream(EVENTS));
        teller.ask("say", json!(["other", ["no"]]));
        teller.ask("say", json!(["words", ["a\nb\r\n\u{0}🦀"]]));
        assert_eq!(source.data(), "a\nb\r\n\u{0}🦀");
        teller.ask("fail", json!(["words", "too\nbusy"]));
        let end = (2, "end".to_owned(), json!({"failed": "too\nbusy"}));
        assert_eq!(source.next(), Some(end));
        assert_eq!(source.next(), None);
        let from = |from: &str| world.request("GET", &format!("{EVENTS}?from={from}"), &[], "");
        assert_eq!(from("1").body, "id: 2\nevent: end\ndata: {\"failed\":\"too\\nbusy\"}\n\n");
        for wrong in ["x", "-1", "1.5", ""] {
            assert_eq!(from(wrong).status, 400, "{wrong}");
        }
    }

    fn a_socket_that_comes_back_ten_times_gets_each_chunk_once_in_order(world) {
        let mut cursor = 0;
        for round in 0..10 {
            let mut client = follower(&world, cursor);
            if round > 0 {
                hears(&mut client, cursor + 1, &["while", "away"]);
                cursor += 2;
            }
            say(&world, &json!(["one", "two"]));
            hears(&mut client, cursor + 1, &["one", "two"]);
            if round == 5 {
                world.hibernate();
                // The object wakes, and knows who follows.
                say(&world, &json!(["woken", "up"]));
                hears(&mut client, cursor + 3, &["woken", "up"]);
                cursor += 2;
            }
            cursor += 2;
            client.vanish();
            say(&world, &json!(["while", "away"]));
        }
        teller(&world).ask("close", json!(["words"]));
        let mut client = follower(&world, cursor);
        hears(&mut client, cursor + 1, &["while", "away"]);
        assert_eq!(client.json(), told(cursor + 3, "end", &json!("closed")));
        let mut client = follower(&world, cursor + 3);
        client.send_text(r#"{"type": "note"}"#);
        assert_eq!(client.json(), 1, "nothing is left");
    }

    fn each_follower_has_its_own_cursor(world) {
        say(&world, &json!(["a", "b", "c"]));
        let (mut early, mut late) = (follower(&world, 0), follower(&world, 2));
        hears(&mut early, 1, &["a", "b", "c"]);
        hears(&mut late, 3, &["c"]);
        say(&world, &json!(["d"]));
        for client in [&mut early, &mut late] {
            hears(client, 4, &["d"]);
        }
        early.vanish();
        say(&world, &json!(["e"]));
        hears(&mut late, 5, &["e"]);
    }

    fn a_socket_follows_by_a_message_and_leaves(world) {
        let mut client = world.connect("/tellers/a/ws");
        assert_eq!(client.json(), "welcome");
        say(&world, &json!(["a", "b"]));
        let follow = |cursor: u64, fails: bool| {
            json!({"type": "follow", "stream": "words", "cursor": cursor, "fails": fails}).to_string()
        };
        client.send_text(&follow(0, true));
        assert_eq!(client.json()["message"], "not followed");
        say(&world, &json!(["c"]));
        client.send_text(&follow(1, false));
        hears(&mut client, 2, &["b", "c"]);
        // What else is attached to the socket is as it was, and stays.
        client.send_text(r#"{"type": "note"}"#);
        assert_eq!(client.json(), 1);
        world.hibernate();
        say(&world, &json!(["d"]));
        hears(&mut client, 4, &["d"]);
        client.send_text(r#"{"type": "note"}"#);
        assert_eq!(client.json(), 2);
        client.send_text(r#"{"type": "unfollow", "stream": "words"}"#);
        client.send_text(r#"{"type": "note"}"#);
        assert_eq!(client.json(), 3);
        say(&world, &json!(["e"]));
        client.send_text(r#"{"type": "note"}"#);
        assert_eq!(client.json(), 4);
        client.send_text(&follow(4, false));
        hears(&mut client, 5, &["e"]);
    }

    fn what_is_rolled_back_is_never_seen(world) {
        let teller = teller(&world);
        let mut client = follower(&world, 0);
        let mut source = Source::new(&world, EVENTS);
        source.stream = Some(world.stream(EVENTS));
        assert!(teller.call("say_and", json!(["words", "err"])).is_err());
        teller.ask("say_and", json!(["words", "ok"]));
        hears(&mut client, 1, &["before", "after"]);
        assert_eq!([source.data(), source.data()], ["before", "after"]);
        assert_eq!(source.last, Some(2));
        // An asynchronous handler commits each word by itself.
        let slowly = teller.describe("say_slowly", json!(["words", ["x", "y"]]));
        assert!(world.together(&[slowly])[0].is_err());
        hears(&mut client, 3, &["x", "y"]);
        assert_eq!([source.data(), source.data()], ["x", "y"]);
        let panic = teller.refuse("say_and", json!(["words", "panic"]));
        assert!(panic.message.contains("outer"), "{panic:?}");
        world.until("it is there again", || teller.call("say", json!(["words", ["z"]])).is_ok());
        let page = teller.ask("read", json!(["words", 4, 9]));
        assert_eq!(page["chunks"], json!([[5, "z"]]));
        hears(&mut client, 5, &["z"]);
    }

    fn a_reader_is_told_what_it_has_lost(world) {
        let teller = teller(&world);
        teller.ask("count", json!(["words", 10]));
        assert_eq!(teller.ask("trim", json!(["words", 3])), 7);
        assert_eq!(teller.ask("trim", json!(["words", 5])), 0);
        let mut source = Source::new(&world, EVENTS);
        // Whoever begins has lost nothing.
        assert_eq!(source.data(), 7);
        source.leave();
        for lost in [6, 99, u64::MAX] {
            source.last = Some(lost);
            assert_eq!(source.next(), Some((7, "trimmed".to_owned(), json!(true))));
            assert_eq!(source.next(), Some((8, String::new(), json!(7))));
            source.leave();
        }
        source.last = Some(7);
        assert_eq!(source.data(), 7, "it was the last one that was removed");
        let mut client = follower(&world, 3);
        assert_eq!(client.json(), told(7, "trimmed", &json!(true)));
        assert_eq!(client.json(), told(8, "value", &json!(7)));
        let page = teller.ask("read", json!(["words", 3, 1]));
        assert_eq!(page["is_trimmed"], true);
        assert_eq!(page["chunks"], json!([[8, 7]]));
        // Even of all.
        assert_eq!(teller.ask("trim", json!(["words", 0])), 3);
        let page = teller.ask("read", json!(["words", 3, 1]));
        assert_eq!((&page["is_trimmed"], &page["cursor"]), (&json!(true), &json!(10)));
        assert_eq!(teller.ask("say", json!(["words", ["next"]])), 11);
    }

    fn what_is_no_cursor_is_refused(world) {
        teller(&world).ask("count", json!(["words", 10]));
        for cursor in ["", "-1", "1.0", "x", "99999999999999999999", "\u{e9}"] {
            let refused = world.request("GET", EVENTS, &[("last-event-id", cursor)], "");
            assert_eq!(refused.status, 400, "{cursor:?}: {}", refused.body);
        }
    }

    fn a_stream_that_is_begun_again_has_other_cursors(world) {
        let teller = teller(&world);
        assert_eq!(teller.ask("delete", json!(["words"])), false);
        say(&world, &json!(["a", "b"]));
        teller.ask("close", json!(["words"]));
        assert_eq!(teller.ask("delete", json!(["words"])), true);
        assert_eq!(teller.ask("delete", json!(["words"])), false);
        assert_eq!(teller.ask("list", json!([])), json!([]));
        let page = teller.ask("read", json!(["words", 0, 9]));
        assert_eq!((&page["chunks"], &page["state"]), (&json!([]), &json!("open")));
        assert_eq!(teller.ask("say", json!(["words", ["c"]])), 4);
        let of = |from: u64| teller.ask("read", json!(["words", from, 9]))["is_trimmed"].clone();
        assert_eq!([of(0), of(1), of(2), of(3), of(4)], [false, true, true, false, false]);
        teller.ask("destroy", json!([]));
        world.until("it is gone", || teller.ask("list", json!([])) == json!([]));
        assert_eq!(teller.sql("SELECT COUNT(*) FROM sqlite_master WHERE name LIKE '_actors%'"), json!([[0]]));
        assert_eq!(teller.ask("say", json!(["words", ["d"]])), 1);
    }

    fn another_actor_hears_it_over_a_call(world) {
        let teller = teller(&world);
        say(&world, &json!(["a", null]));
        let listener = world.object("TELLER", "b");
        let heard = listener.ask("listen", json!(["a", "words", 1, 1]));
        assert_eq!(heard, json!([[2, absent()]]));
        let listens = listener.describe("listen", json!(["a", "words", 0, 99]));
        let closes = [
            listens,
            teller.describe("say", json!(["words", ["c"]])),
            teller.describe("fail", json!(["words", "no"])),
        ];
        let outcomes = world.together(&closes);
        let heard = outcomes[0].as_ref().expect("it is heard");
        assert_eq!(*heard, json!([[1, "a"], [2, absent()], [3, "c"], [4, {"failed": "no"}]]));
        let heard = listener.ask("listen", json!(["a", "words", 4, 99]));
        assert_eq!(heard, json!([]), "at the end there is nothing more");
    }

    fn names_and_values_are_what_they_are(world) {
        let teller = teller(&world);
        let long = "n".repeat(256);
        for name in ["\u{0}", "🦀", "a\nb", "\"quoted\"", "'; DROP TABLE _actors", "\u{1e}x", &long] {
            teller.ask("say", json!([name, [name]]));
            let page = teller.ask("read", json!([name, 0, 9]));
            assert_eq!(page["chunks"], json!([[1, name]]), "{name}");
            let mut client = world.connect("/tellers/a/ws");
            assert_eq!(client.json(), "welcome");
            let follow = json!({"type": "follow", "stream": name, "cursor": 0, "fails": false});
            client.send_text(&follow.to_string());
            let heard = client.json();
            assert_eq!((&heard["stream"], &heard["value"]), (&json!(name), &json!(name)));
            world.hibernate_if_native();
            teller.ask("say", json!([name, ["again"]]));
            assert_eq!(client.json()["value"], "again", "{name}");
        }
        for name in ["", &"n".repeat(257)] {
            let refused = teller.refuse("say", json!([name, [1]]));
            assert!(refused.message.contains("1 to 256 bytes"), "{refused:?}");
        }
        let refused = teller.refuse("say_nothing", json!(["x"]));
        assert!(refused.message.contains("the chunk can't be stored"), "{refused:?}");
        let refused = teller.refuse("say_all", json!(["x", []]));
        assert!(refused.message.contains("no chunk"), "{refused:?}");
    }

    fn large_chunks_are_read_a_few_at_a_time(world) {
        let teller = teller(&world);
        let largest = (2 << 20) - 1_024 - 2;
        for _ in 0..10 {
            teller.ask("say_long", json!(["words", largest]));
        }
        let refused = teller.refuse("say_long", json!(["words", largest + 1]));
        assert!(refused.message.contains("append it in parts"), "{refused:?}");
        let page = teller.ask("read", json!(["words", 0, 9]));
        assert_eq!((&page["cursor"], &page["is_last"]), (&json!(1), &json!(false)));
        let mut source = Source::new(&world, EVENTS);
        source.last = Some(7);
        for _ in 0..3 {
            assert_eq!(source.data().as_str().map(str::len), Some(largest));
        }
        teller.ask("count", json!(["many", 5_000]));
        let mut client = world.connect("/tellers/a/ws?stream=many");
        assert_eq!(client.json(), "welcome");
        for number in 0..5_000 {
            assert_eq!(client.json()["value"], number);
        }
    }
}

/// Greets whoever it wakes for.
#[actor]
struct Greeter {}

#[actor]
impl Greeter {
    #[on_init]
    fn greet(&mut self, ctx: &Ctx<Self>) -> Result<()> {
        ctx.streams().named("words").append("hello").map(drop)
    }

    pub fn heard(&self, ctx: &Ctx<Self>) -> Result<Vec<(Cursor, String)>> {
        let page = ctx.streams().named("words").read(Cursor::START, 100)?;
        Ok(page.chunks)
    }

    pub fn say(&self, ctx: &Ctx<Self>) -> Result<Cursor> {
        ctx.streams().named("words").append("said")
    }
}

#[test]
fn what_begins_with_the_object_is_there_once_it_stores_something() {
    let world = testing::World::new();
    let greeter = world.get::<Greeter>("a");
    let heard = || {
        let heard = world.run(greeter.heard()).expect("a page");
        json!(heard)
    };
    for _ in 0..2 {
        assert_eq!(heard(), json!([[1, "hello"]]));
    }
    let rows = world.rows::<Greeter, String>("a", "SELECT name FROM sqlite_master", ());
    assert_eq!(rows, Ok(vec![]), "reading creates nothing");
    let second = world.run(greeter.say()).expect("it is said").to_string();
    assert_eq!(second, "2");
    world.evict_all();
    assert_eq!(heard(), json!([[1, "hello"], [2, "said"], [3, "hello"]]));
}

#[test]
fn a_reader_that_waits_is_kept_alive_and_breaks_off_with_its_object() {
    let world = World::native();
    let World::Native(native) = &world else {
        unreachable!()
    };
    let mut source = world.stream(EVENTS);
    native.advance(Duration::from_secs(15));
    assert_eq!(source.next().as_deref(), Some(":\n\n"));
    say(&world, &json!(["a"]));
    assert_eq!(source.next().as_deref(), Some("id: 1\ndata: \"a\"\n\n"));
    native.crash();
    let Stream::Native(native, mut body) = source else {
        unreachable!()
    };
    assert!(native.next_of(&mut body).is_err());
}
