//! The Worker in front says the same in miniflare and natively.

use std::net::TcpStream;
use std::path::Path;
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::Duration;

use actors_core::testing::{Settled, World};
use actors_core::{http, seconds};
use actors_front::{Job, Room, Worker};
use actors_harness::miniflare::Miniflare;
use tungstenite::WebSocket;
use tungstenite::handshake::HandshakeError;
use tungstenite::handshake::client::generate_key;

/// What came back: the status, the headers that matter, and the body.
#[derive(Debug)]
struct Answer {
    status: u16,
    cookie: Option<String>,
    location: Option<String>,
    body: String,
}

impl Answer {
    fn new(response: http::Response<String>) -> Self {
        let header = |name| response.headers().get(name).and_then(|it| it.to_str().ok());
        Self {
            status: response.status().as_u16(),
            cookie: header("set-cookie").map(str::to_owned),
            location: header("location").map(str::to_owned),
            body: response.into_body().trim_end().to_owned(),
        }
    }
}

/// Sends a request to one of both.
type Send<'a> = dyn Fn(http::Request<String>) -> Answer + 'a;

/// Does the same with both.
fn on_both(test: impl Fn(&Send<'_>)) {
    let world = world();
    test(&|request| answer(&world, request));
    test(&in_miniflare);
}

fn answer(world: &World, request: http::Request<String>) -> Answer {
    let response = world.fetch::<Worker>(request).expect("a response");
    let (head, body) = response.into_parts();
    let body = world.run(body.bytes()).expect("a body");
    let body = String::from_utf8(body.into()).expect("a text");
    Answer::new(http::Response::from_parts(head, body))
}

/// As `wrangler.toml` has it.
fn world() -> World {
    World::new()
        .secret("COOKIES", "0123456789abcdef".repeat(4))
        .on_service("FAR", async |_| Ok(missing()))
        .on_service("ASSETS", async |request| match request.uri().path() {
            "/help" => Ok(http::Response::new("<p>help</p>")),
            _ => Ok(missing()),
        })
}

fn missing() -> http::Response<&'static str> {
    let mut response = http::Response::new("");
    *response.status_mut() = http::StatusCode::NOT_FOUND;
    response
}

fn in_miniflare(request: http::Request<String>) -> Answer {
    sent_to(server(), request)
}

fn sent_to(server: &Miniflare, request: http::Request<String>) -> Answer {
    let (mut head, body) = request.into_parts();
    head.uri = format!("{}{}", server.url(), head.uri)
        .parse()
        .expect("a URL");
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .allow_non_standard_methods(true);
    let agent = ureq::Agent::from(agent.build());
    let response = match body.is_empty() {
        true => agent.run(http::Request::from_parts(head, ())),
        false => agent.run(http::Request::from_parts(head, body)),
    };
    let (head, mut body) = response.expect("a response").into_parts();
    let body = body.read_to_string().expect("a body");
    Answer::new(http::Response::from_parts(head, body))
}

fn server() -> &'static Miniflare {
    static SERVER: OnceLock<Miniflare> = OnceLock::new();
    SERVER.get_or_init(|| started("{}"))
}

fn started(options: &str) -> Miniflare {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    Miniflare::start_with(folder, options).expect("miniflare starts")
}

fn request(
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> http::Request<String> {
    let mut request = http::Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.to_owned()).expect("a request")
}

#[test]
fn who_has_not_logged_in_is_refused() {
    on_both(|send| {
        let refused = send(request(
            "POST",
            "/rooms/refused",
            &[("x-user", "eve")],
            "let me in",
        ));
        assert_eq!((refused.status, &*refused.body), (401, "log in first"));
        let page = send(request("GET", "/me", &[("accept", "text/html")], ""));
        assert_eq!(
            (page.status, page.location.as_deref()),
            (303, Some("/login"))
        );
        assert_eq!(send(request("GET", "/notes/refused", &[], "")).body, "");
    });
}

#[test]
fn who_has_logged_in_is_known_to_the_actor_and_to_the_site() {
    on_both(|send| {
        let welcome = send(request("POST", "/login", &[], "ann"));
        assert_eq!((welcome.status, &*welcome.body), (200, "welcome"));
        let cookie = welcome.cookie.expect("a cookie");
        let cookie = cookie.split(';').next().expect("its value");
        let headers = [("cookie", cookie), ("x-user", "eve")];
        let room = send(request("POST", "/rooms/admitted", &headers, "hello"));
        assert_eq!((room.status, &*room.body), (200, r#"["ann: hello"]"#));
        assert_eq!(send(request("GET", "/me", &headers, "")).body, "ann");
        assert_eq!(
            send(request("GET", "/notes/admitted", &[], "")).body,
            "ann: hello"
        );

        let forged = cookie.replace("ann", "bob");
        let forged = send(request("GET", "/me", &[("cookie", &forged)], ""));
        assert_eq!(forged.status, 401);
    });
}

#[test]
fn a_panic_in_front_is_answered() {
    let panics = |send: &Send<'_>| {
        assert_eq!(send(request("GET", "/panics", &[], "")).status, 500);
        let page = send(request("GET", "/login", &[], ""));
        assert_eq!((page.status, &*page.body), (200, "who are you?"));
    };
    let world = world();
    panics(&|request| answer(&world, request));
    // Other tests would lose what they have in the isolate; they begin after the same build.
    server();
    let own = started("{ }"); // differs as text, and so has a storage of its own
    panics(&|request| sent_to(&own, request));
}

#[test]
fn what_the_front_can_not_send_is_its_own_fault() {
    on_both(|send| {
        let odd = |what: &str| send(request("GET", &format!("/odd/{what}"), &[], ""));
        assert_eq!((odd("text").status, &*odd("text").body), (200, "yes"));
        for what in ["informational", "binary"] {
            assert_eq!(
                (odd(what).status, &*odd(what).body),
                (500, "internal error"),
                "{what}"
            );
        }
        for changed in ["/changed/binary", "/changed/body"] {
            let refused = send(request("GET", changed, &[], ""));
            assert_eq!(
                (refused.status, &*refused.body),
                (500, "internal error"),
                "{changed}"
            );
        }
    });
}

#[test]
fn a_body_that_panics_while_it_is_read_breaks_off() {
    let asked = || request("GET", "/odd/panics", &[], "");
    let world = world();
    let mut body = world
        .fetch::<Worker>(asked())
        .expect("a response")
        .into_body();
    assert_eq!(
        world.run(body.chunk()).expect("a part").as_deref(),
        Some(&b"a part"[..])
    );
    let error = world.run(body.chunk()).expect_err("it panics");
    assert_eq!(error.to_string(), "panicked: as it should");
    assert_eq!(
        answer(&world, request("GET", "/login", &[], "")).status,
        200
    );

    server();
    let own = started("{  }"); // see above
    let url = format!("{}/odd/panics", own.url());
    // Perhaps before the head of the response has been sent.
    let read = ureq::get(&url)
        .call()
        .and_then(|response| response.into_body().read_to_string());
    read.expect_err("it breaks off");
    assert_eq!(sent_to(&own, request("GET", "/login", &[], "")).status, 200);
}

/// The cookie of somebody who has logged in.
fn cookie(send: &Send<'_>, name: &str) -> String {
    let cookie = send(request("POST", "/login", &[], name)).cookie;
    let cookie = cookie.expect("a cookie");
    cookie.split(';').next().expect("its value").to_owned()
}

#[test]
fn who_has_not_logged_in_opens_no_web_socket() {
    let refused = http::Request::get("/rooms/sockets/ws").header("x-user", "eve");
    let refused = refused.body(()).expect("a request");
    let world = world();
    let response = world.connect_through::<Worker>(refused.clone());
    assert_eq!(response.err().expect("a refusal").status(), 401);
    assert_eq!(connect(refused).err(), Some(401));
}

#[test]
fn the_actor_knows_whose_web_socket_it_is() {
    let ask = |cookie: &str| {
        let request = http::Request::get("/rooms/sockets/ws").header("x-user", "eve");
        request
            .header("cookie", cookie)
            .body(())
            .expect("a request")
    };
    let world = world();
    let natively = cookie(&|request| answer(&world, request), "ann");
    let client = world.connect_through::<Worker>(ask(&natively));
    let client = client
        .map_err(|refused| refused.status())
        .expect("a socket");
    client.send_text("hello").expect("it is handled");
    let text = || client.receive::<serde_json::Value>().expect("a message");
    assert_eq!(text(), Ok("ann".into()));
    assert_eq!(text(), Ok(serde_json::json!(["ann: hello"])));

    let mut socket = connect(ask(&cookie(&in_miniflare, "ann"))).expect("a socket");
    socket.send("hello".into()).expect("it is sent");
    let mut text = || {
        socket
            .read()
            .expect("a message")
            .into_text()
            .expect("a text")
    };
    assert_eq!(text().as_str(), r#""ann""#);
    assert_eq!(text().as_str(), r#"["ann: hello"]"#);
}

/// Opens a web socket to miniflare; a refusal is its status.
fn connect(request: http::Request<()>) -> Result<WebSocket<TcpStream>, u16> {
    let host = server().url().trim_start_matches("http://");
    let stream = TcpStream::connect(host).expect("miniflare listens");
    let (mut head, ()) = request.into_parts();
    head.uri = format!("ws://{host}{}", head.uri).parse().expect("a URL");
    for (name, value) in [
        ("host", host),
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", &generate_key()),
    ] {
        head.headers.insert(name, value.parse().expect("a value"));
    }
    match tungstenite::client(http::Request::from_parts(head, ()), stream) {
        Ok((socket, _)) => Ok(socket),
        Err(HandshakeError::Failure(tungstenite::Error::Http(response))) => {
            Err(response.status().as_u16())
        }
        Err(error) => panic!("no web socket, and no response: {error}"),
    }
}

#[test]
fn a_worker_without_its_bindings_takes_no_event() {
    let world = World::new().secret("COOKIES", "short");
    let expected = "the secret `COOKIES` is not of the form that its field expects; \
                    the Worker has no service `FAR`: add it to [[services]] in wrangler.toml";
    let request = request("GET", "/login", &[], "");
    let error = world.fetch::<Worker>(request).expect_err("it is refused");
    assert_eq!(error.message(), expected);
    let error = world
        .scheduled::<Worker>("0 3 * * *")
        .expect_err("it is refused");
    assert_eq!(error.message(), expected);
    let delivered = world.deliver::<Worker>("jobs", &[0]);
    assert_eq!(
        delivered.result.expect_err("it is refused").message(),
        expected
    );
    assert_eq!(delivered.messages, [Settled::Retried(None)]);

    let options = r#"{"bindings": {"COOKIES": "short"}, "serviceBindings": {}}"#;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let error = Miniflare::start_with(folder, options)
        .err()
        .expect("it does not start");
    let error = error.to_string();
    let lines = expected.replace("; ", "\n  ");
    assert!(
        error.contains(&format!("this Worker can't start:\n  {lines}\n")),
        "{error}"
    );
}

#[test]
fn what_nobody_serves_is_asked_of_the_assets() {
    on_both(|send| {
        let help = send(request("GET", "/help", &[], ""));
        assert_eq!((help.status, &*help.body), (200, "<p>help</p>"));
        assert_eq!(send(request("GET", "/elsewhere", &[], "")).status, 404);
        assert_eq!(send(request("POST", "/help", &[], "x")).status, 404);
        assert_eq!(send(request("GET", "/login", &[], "")).body, "who are you?");
    });
}

#[test]
fn a_cron_trigger_runs_natively() {
    let world = world();
    world.scheduled::<Worker>("0 3 * * *").expect("it runs");
    let notes = world.run(world.get::<Room>("nightly").notes());
    assert_eq!(notes.expect("notes"), ["0 3 * * * true"]);
    let error = world.scheduled::<Worker>("fails").expect_err("it fails");
    assert_eq!(error.message(), "as it should");
}

#[test]
fn a_cron_trigger_runs_in_miniflare() {
    let trigger = |cron: &str| {
        let path = format!("/cdn-cgi/local/scheduled?cron={cron}&time=5");
        in_miniflare(request("GET", &path, &[], "")).body
    };
    assert_eq!(trigger("0+3+*+*+*"), "ok");
    let notes = in_miniflare(request("GET", "/notes/nightly", &[], ""));
    assert_eq!(notes.body, "0 3 * * * true");
    assert_eq!(trigger("fails"), "exception");
}

fn job(room: &str, text: &str, tries: u32) -> serde_json::Value {
    serde_json::json!({ "room": room, "text": text, "tries": tries })
}

#[test]
fn each_message_of_a_queue_is_settled_natively() {
    let world = world();
    let messages = [
        job("jobs", "once", 1),
        job("jobs", "twice", 2),
        serde_json::json!("?"),
    ];
    let delivered = world.deliver::<Worker>("jobs", &messages);
    assert_eq!(delivered.result, Ok(()));
    let expected = [
        Settled::Acked,
        Settled::Retried(Some(seconds(1))),
        Settled::Retried(None),
    ];
    assert_eq!(delivered.messages, expected);
    let notes = world.run(world.get::<Room>("jobs").notes()).expect("notes");
    assert_eq!(notes, ["jobs once 1", "jobs twice 1"]);

    let nobody = world.deliver::<Worker>("others", &[0]);
    let error = nobody.result.expect_err("nobody consumes it");
    assert!(
        error
            .message()
            .contains(r#"add `queue("others") = handler`"#),
        "{error}"
    );
    assert_eq!(nobody.messages, [Settled::Retried(None)]);
    let long = Job {
        room: "r".repeat(1025),
        text: String::new(),
        tries: 1,
    };
    let failed = world.deliver::<Worker>("jobs", &[long]);
    assert_eq!(
        (failed.result.is_err(), &*failed.messages),
        (true, &[Settled::Retried(None)][..])
    );
}

#[test]
fn each_message_of_a_queue_is_settled_in_miniflare() {
    let messages = [job("jobs", "once", 1), job("jobs", "twice", 2)];
    let messages = serde_json::to_string(&messages).expect("JSON");
    let sent = in_miniflare(request("POST", "/jobs", &[], &messages));
    assert_eq!((sent.status, &*sent.body), (200, "sent"));
    let expected = "jobs once 1\njobs twice 1\njobs twice 2";
    // The queue has its own clock.
    for _ in 0..300 {
        if in_miniflare(request("GET", "/notes/jobs", &[], "")).body == expected {
            return;
        }
        sleep(Duration::from_millis(100));
    }
    panic!(
        "{:?}\n{}",
        in_miniflare(request("GET", "/notes/jobs", &[], "")),
        server().log()
    );
}
