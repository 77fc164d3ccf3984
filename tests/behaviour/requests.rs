//! HTTP requests, and which instance they are for.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::{Value, json};

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

    fn a_router_of_axum_answers(world) {
        let hello = world.request("GET", "/served/a/hello/ann", &[], "");
        assert_eq!((hello.status, &*hello.body), (200, "hello ann, this is a, ready: true"));
        let json = [("content-type", "application/json")];
        let sum = world.request("POST", "/served/a/sum", &json, "[1, 2, 3]");
        assert_eq!((sum.status, &*sum.body), (200, "6"));
        assert_eq!(world.request("POST", "/served/a/hello/ann", &[], "").status, 405);
        assert_eq!(world.request("GET", "/served/a/elsewhere", &[], "").status, 404);
    }

    fn a_router_has_the_actor_as_its_state(world) {
        let ask = |method: &str, path: &str| {
            let response = world.request(method, &format!("/served/a/{path}"), &[], "");
            (response.status, response.body)
        };
        let is = |status, body: &str| (status, body.to_owned());
        assert_eq!(ask("POST", "greeted/ann"), is(200, "3"));
        assert_eq!(ask("POST", "greeted/bob"), is(200, "3"));
        assert_eq!(ask("GET", "greeted"), is(200, r#"["ann","bob"]"#));
        // What fails is undone, and is a response as any error is.
        assert_eq!(ask("POST", "greeted/nebuchadnezzar"), is(403, "too long a name"));
        assert_eq!(ask("POST", "greeted/ann"), is(500, "internal error"));
        assert_eq!(ask("GET", "greeted"), is(200, r#"["ann","bob"]"#));
    }

    fn an_actor_that_calls_itself_from_a_router_is_told_of_its_handle(world) {
        let told = world.request("GET", "/served/a/itself", &[], "");
        let hint = "call `self.greeted(..)`, or use `ctx.handle()` where `self` can't be \
                    borrowed, as in the handlers of a router";
        assert!(told.status == 200 && told.body.ends_with(hint), "{told:?}");
    }

    fn a_handle_is_for_shared_turns(world) {
        let served = world.object("SERVED", "a");
        let refused = served.refuse("alone", json!([]));
        assert_eq!(refused.name, "Deadlock");
        assert!(refused.message.contains("take `&self` in the handler"), "{}", refused.message);
        served.ask("keep", json!([]));
        assert_eq!(served.ask("kept", json!([])), json!([]));
        // It is a part of the turn that it is used in, not of the one that it is from.
        let calls = ["kept", "alone", "kept"].map(|method| served.describe(method, json!([])));
        let outcomes = world.together(&calls);
        assert_eq!(outcomes.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
    }

    fn a_plain_request_at_a_sockets_path_is_the_handlers(world) {
        // The last part of the path is whom to greet, or the instance.
        let hello = world.request("GET", "/served/a/hello/ws", &[], "");
        assert_eq!((hello.status, &*hello.body), (200, "hello ws, this is a, ready: true"));
        let index = world.request("GET", "/served/ws", &[], "");
        assert_eq!((index.status, &*index.body), (200, "this is ws"));
        assert_eq!(world.request("GET", "/served/a/ws", &[], "").status, 404, "no such route");
        assert!(world.upgrade("/served/ws/ws", &[]).is_ok());
    }

    fn a_handler_reads_the_url_as_the_standard_writes_it(world) {
        let caller = world.object("CALLER", "a");
        let cases = [
            ("http://web/a/./b/../../c?url", "http://web/c?url"),
            ("http://web/a/%2e%2e/%2E%2e/../c/%2e?url", "http://web/c/?url"),
            ("HTTP://WEB:80?url", "http://web/?url"),
            ("http://web//a//b/?url", "http://web//a//b/?url"),
            ("http://web/a%2F..%2fb/%5C..%ff%zz?url", "http://web/a%2F..%2fb/%5C..%ff%zz?url"),
        ];
        for (asked, read) in cases {
            let answer = caller.ask("ask_web_for", json!([asked]));
            assert_eq!(answer, json!(["asked", read]).to_string(), "{asked}");
        }
        let refused = caller.refuse("ask_web_for", json!(["/c?url"]));
        assert_eq!(refused.name, "InvalidArgument");
        let expected = "a request to an actor needs an absolute URL, `http://actor/c?url` for example, \
                        not `/c?url`";
        assert_eq!(refused.message, expected);
    }

    fn a_response_is_what_the_platform_sends(world) {
        for to in ["web", "caller"] {
            for form in ["full", "stream", "json"] {
                let body = if form == "json" { "\"x\"" } else { "x" };
                let sent = [(200, body), (204, ""), (205, ""), (304, ""), (418, body), (599, body)];
                for (status, body) in sent {
                    let answered = respond(&world, to, json!({"status": status, "form": form}));
                    assert_eq!(answered, json!([status, "", body]), "{to}, {form}");
                }
            }
            for header in ["ä €", "", "a\tb"] {
                let answered = respond(&world, to, json!({"header": header.as_bytes()}));
                assert_eq!(answered, json!([200, header, "x"]), "{to}");
            }
        }
        let caller = world.object("CALLER", "a");
        let head = json!({"method": "HEAD", "query": "", "body": ""});
        assert_eq!(caller.ask("exchange", json!(["web", head])), json!([200, "", ""]));
    }

    fn a_response_that_the_platform_does_not_send_is_an_error_of_the_turn(world) {
        for to in ["web", "caller"] {
            assert_eq!(respond(&world, to, json!({})), json!([200, "", "x"]));
            let unsent = [
                json!({"status": 100}),
                json!({"status": 101}),
                json!({"status": 199, "form": "stream"}),
                json!({"status": 600}),
                json!({"status": 999, "form": "json"}),
                json!({"status": 99}),
                json!({"header": [0xe4]}),
                json!({"header": [0xe4], "form": "stream"}),
            ];
            for wanted in unsent {
                let answered = respond(&world, to, wanted.clone());
                assert_eq!(answered, json!([500, "", "internal error"]), "{to}, {wanted}");
            }
            let stored = json!({"method": "POST", "query": "stored", "body": ""});
            let stored = world.object("CALLER", "a").ask("exchange", json!([to, stored]));
            assert_eq!(stored, json!([200, "", "1"]), "what was not answered is undone: {to}");
        }
    }

    fn a_response_from_outside_is_the_same(world) {
        let ask = |wanted: Value| {
            let response = world.request("POST", "/web/a?respond", &[], &whole(wanted).to_string());
            (response.status, response.body)
        };
        assert_eq!(ask(json!({"status": 204, "form": "json"})), (204, String::new()));
        assert_eq!(ask(json!({"header": "ä".as_bytes()})), (200, "x".to_owned()));
        assert_eq!(ask(json!({"status": 600})), (500, "internal error".to_owned()));
    }

    fn a_request_that_the_platform_does_not_send_is_refused(world) {
        let caller = world.object("CALLER", "a");
        let cases = [
            (json!({"method": "GET", "query": "url", "body": "x"}), "a GET has no body"),
            (json!({"method": "HEAD", "query": "url", "body": "x"}), "a HEAD has no body"),
            (
                json!({"method": "POST", "query": "url", "body": "x", "header": [0xe4]}),
                "its header `x-asked` is not UTF-8 text",
            ),
        ];
        for (asked, why) in cases {
            let refused = caller.refuse("exchange", json!(["web", asked]));
            assert_eq!(refused.name, "InvalidArgument");
            assert_eq!(refused.message, format!("the request can't be sent: {why}"));
        }
        let asked = json!({"method": "POST", "query": "url", "body": "x", "header": "ä".as_bytes()});
        assert_eq!(caller.ask("exchange", json!(["web", asked]))[0], 200);
    }

    fn a_name_that_its_object_would_not_be_told_is_refused(world) {
        let caller = world.object("CALLER", "a");
        caller.ask("look_up", json!(["ä".repeat(512)]));
        let refused = caller.refuse("look_up", json!(["ä".repeat(513)]));
        assert_eq!(refused.name, "InvalidArgument");
        let expected = "the name of an instance has at most 1024 bytes, this one has 1026";
        assert_eq!(refused.message, expected);
    }

    fn no_request_and_no_socket_is_served_before_the_actor_is_made(world) {
        // The first event makes it, and fails; the next one tries again.
        let early = world.request("GET", "/served/shy/hello/ann", &[], "");
        assert_eq!((early.status, &*early.body), (409, "not yet"));
        let hello = world.request("GET", "/served/shy/hello/ann", &[], "");
        assert_eq!(&*hello.body, "hello ann, this is shy, ready: true");
    }

    fn no_socket_is_admitted_before_the_actor_is_made(world) {
        let early = world.upgrade("/served/shy/ws", &[]).err().expect("a refusal");
        assert_eq!((early.status, &*early.body), (409, "not yet"));
        assert!(world.upgrade("/served/shy/ws", &[]).is_ok());
    }

    fn a_response_comes_as_it_is_sent(world) {
        let mut events = world.stream("/served/a/events");
        assert_eq!(events.next().as_deref(), Some("data: welcome\n\n"));
        let served = world.object("SERVED", "a");
        for news in ["one", "two"] {
            assert_eq!(served.ask("publish", json!([[news]])), 1);
            assert_eq!(events.next(), Some(format!("data: {news}\n\n")));
        }
        served.ask("end", json!([]));
        assert_eq!(events.next(), None);
    }

    fn a_reader_that_goes_away_is_forgotten(world) {
        let mut events = world.stream("/served/a/events");
        let _welcome = events.next();
        drop(events);
        let served = world.object("SERVED", "a");
        world.until("the reader is gone", || served.ask("publish", json!([["x"]])) == 0);
    }
}

/// What a response is to be like, with what is not said as usual.
fn whole(mut wanted: Value) -> Value {
    for (field, usual) in [
        ("status", json!(200)),
        ("body", json!("x")),
        ("form", json!("full")),
    ] {
        if wanted.get(field).is_none() {
            wanted[field] = usual;
        }
    }
    wanted
}

/// What another actor is answered by one that is to respond like that.
fn respond(world: &World, to: &str, wanted: Value) -> Value {
    let body = whole(wanted).to_string();
    let asked = json!({"method": "POST", "query": "respond", "body": body});
    world
        .object("CALLER", "a")
        .ask("exchange", json!([to, asked]))
}

#[test]
fn a_header_that_http_does_not_allow_is_refused() {
    let World::Workerd(workerd) = World::in_workerd("requests-header_not_allowed") else {
        unreachable!()
    };
    for path in ["/web/a", "/chosen/x", "/served/a/ws"] {
        let mut stream = TcpStream::connect(("127.0.0.1", workerd.server().port())).unwrap();
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: \
                               upgrade\r\nx-name: a\x01b\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(str::from_utf8(&answer), Ok("HTTP/1.1 400"), "{path}");
    }
}

#[test]
fn events_arrive_while_the_handler_runs_that_sends_them() {
    let world = World::in_workerd("requests-events");
    let mut events = world.stream("/served/a/events");
    let _welcome = events.next();
    let served = world.object("SERVED", "a");
    let publish = json!(served.describe("publish", json!([["one", "two"]])));
    let World::Workerd(workerd) = &world else {
        unreachable!()
    };
    std::thread::scope(|scope| {
        let publishing = scope.spawn(|| workerd.post("/call", &publish));
        assert_eq!(events.next().as_deref(), Some("data: one\n\n"));
        assert!(!publishing.is_finished(), "it waits to be told to go on");
        served.ask("go_on", json!([]));
        assert_eq!(events.next().as_deref(), Some("data: two\n\n"));
        assert_eq!(publishing.join().expect("it ends"), json!({ "value": 1 }));
    });
}

#[test]
fn a_large_upload_is_never_held_whole() {
    const SIZE: u64 = 200 << 20;
    let World::Workerd(workerd) = World::in_workerd("requests-upload") else {
        unreachable!()
    };
    let body = std::io::repeat(7).take(SIZE);
    let upload = workerd.upload("/served/a/upload", body).json();
    assert_eq!(
        (&upload["bytes"], &upload["sum"]),
        (&json!(SIZE), &json!(7 * SIZE))
    );
    let grown = upload["grown"].as_u64().expect("a number");
    assert!(
        grown < 4 << 20,
        "Wasm's memory grew by {grown} bytes: {upload}"
    );
}

#[test]
fn what_a_client_is_not_told_is_in_the_log() {
    let world = World::in_workerd("requests-log");
    for action in ["fail", "panic"] {
        let response = world.request("GET", &format!("/web/a?{action}"), &[], "");
        assert_eq!(response.status, 500);
        assert!(!response.body.contains("secret") && !response.body.contains("panic"));
    }
    for cause in ["request failed: Internal: a secret", "in a request"] {
        world.logs(cause);
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
fn route_and_handler_read_the_same_url() {
    let world = World::in_workerd("requests-route_and_handler_read_the_same_url");
    let World::Workerd(workerd) = &world else {
        unreachable!()
    };
    let url = workerd.server().url();
    let ask = |path: &str| world.request("GET", &format!("{path}?url"), &[], "");
    for path in [
        "/web/attic/../cellar",
        "/web/attic/%2e%2e/cellar",
        "/web/./attic/x/%2E./.%2e/cellar",
        "/elsewhere/../web/cellar",
    ] {
        let read = json!(["cellar", format!("{url}/web/cellar?url")]);
        assert_eq!(ask(path).json(), read, "{path}");
    }
    for path in [
        "/web/attic/../../admin",
        "/web/attic/%2e%2e/%2e%2e/admin",
        "/web/..",
    ] {
        assert_eq!(ask(path).status, 404, "{path}");
    }
    // These are no dots, but parts of the name.
    let read = json!(["../admin", format!("{url}/web/%2e%2e%2fadmin?url")]);
    assert_eq!(ask("/web/%2e%2e%2fadmin").json(), read);
    // A body comes along.
    let stream = world.request("POST", "/web/attic/../cellar?stream", &[], "hello");
    assert_eq!(stream.body, "hello");
}

#[test]
fn what_is_no_name_and_no_url_is_refused_at_the_door() {
    let world = World::in_workerd("requests-refused_at_the_door");
    let ask = |path: &str| {
        let response = world.request("GET", path, &[], "");
        (response.status, response.body)
    };
    let (status, body) = ask(&format!("/web/{}", "n".repeat(1025)));
    let expected = "the name of an instance has at most 1024 bytes, this one has 1025";
    assert_eq!((status, &*body), (400, expected));
    assert_eq!(ask(&format!("/web/{}", "n".repeat(1024))).0, 200);
    let chosen = world.request("GET", "/chosen/x", &[("x-name", &"n".repeat(1025))], "");
    assert_eq!(chosen.status, 400);
    let host = world.request("GET", "/web/a", &[("host", "a b")], "");
    let expected = "the URL of the request can't be read: it is not one";
    assert_eq!((host.status, &*host.body), (400, expected));
}

#[test]
fn an_instance_may_be_called_like_a_sockets_path() {
    let world = World::in_workerd("requests-called_like_a_sockets_path");
    // A request for a socket of no path, which is for the handler as all others are.
    let answer = world.upgrade("/served/ws", &[]).err().expect("no socket");
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("this is ws"), "{}", answer.body);
    assert!(world.upgrade("/served/a/../ws/x/../%2e/ws", &[]).is_ok());
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
