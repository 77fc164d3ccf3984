//! The pages: the overview at `/`, the chat at `/chat`, the queue at `/queue`, the container at
//! `/container`, and the agent at `/agent`.

use std::fmt::Write as _;

use actors_core::prelude::*;

/// An example, as the first page lists it.
struct Example {
    name: &'static str,
    what: &'static str,
    /// A page to open, or a command to run, with the host for `{host}`.
    try_it: Try,
}

enum Try {
    Page(&'static str),
    Command(&'static str),
}

const EXAMPLES: &[Example] = &[
    Example {
        name: "chat",
        what: "Rooms, names, presence, history, typing indicators: web sockets and SQL. Who loses their \
               connection comes back and has missed nothing.",
        try_it: Try::Page("/chat"),
    },
    Example {
        name: "container",
        what: "A container that starts when it is needed, is looked after by alarms, and sleeps when idle.",
        try_it: Try::Page("/container"),
    },
    Example {
        name: "notes",
        what: "A REST API with an axum router inside an actor: SQL, alarms, calls to others.",
        try_it: Try::Command(
            "curl {host}/notebooks/ann/notes --json '{\"text\": \"buy milk\", \"keep_for\": 3600}'",
        ),
    },
    Example {
        name: "rate_limiter",
        what: "How often has a key been used? Sliding windows in SQL, cleaned up by an alarm.",
        try_it: Try::Command(
            "curl -i {host}/limits/demo/alice -d '{\"limit\": 5, \"period\": 60}'",
        ),
    },
    Example {
        name: "shop",
        what: "Orders that happen once: a secret, KV, a queue, the network and an object of another \
               Worker. A Worker that is not bound to them, as under cargo xtask dev, refuses an order, \
               and its log says what is missing.",
        try_it: Try::Command(
            "curl {host}/shops/corner/orders -H 'idempotency-key: 1' \
             --json '{\"item\": \"soup\", \"cents\": 450}'",
        ),
    },
    Example {
        name: "session",
        what: "Who is signed in, where and until when? Cookies, expiry by alarm, a list of devices.",
        try_it: Try::Page("/session"),
    },
    Example {
        name: "task_queue",
        what: "Priorities, leases, retries, dead letters, and workers, on a page that shows it moving.",
        try_it: Try::Page("/queue"),
    },
    Example {
        name: "code_agent",
        what: "An agent that plans, writes, reviews and deploys code: a durable task whose words all who \
               watch see, also after a reload.",
        try_it: Try::Page("/agent"),
    },
];

/// The style that all pages share.
pub(crate) const BASE: &str = include_str!("base.css");

/// One instance serves all pages.
#[actor]
pub struct Site {}

#[actor]
impl Site {
    #[on_request]
    fn page(&self, request: Request) -> Result<Response> {
        if request.method() != "GET" && request.method() != "HEAD" {
            let refusal = http::Response::builder()
                .status(405)
                .header("allow", "GET, HEAD");
            return Ok(refusal.body(Body::empty())?);
        }
        let host = request.uri().authority();
        let html = match request.uri().path() {
            "/chat" => include_str!("chat/page.html").to_owned(),
            "/queue" => include_str!("task_queue/page.html").to_owned(),
            "/agent" => include_str!("code_agent/page.html").to_owned(),
            "/container" => include_str!("container/page.html").to_owned(),
            _ => index(host.map_or("localhost", |host| host.as_str())),
        };
        let html = html.replace("/* base.css */", BASE);
        let response = http::Response::builder()
            .header("content-type", "text/html; charset=utf-8")
            .header(
                "content-security-policy",
                "default-src 'none'; connect-src 'self'; style-src 'unsafe-inline'; \
                 script-src 'unsafe-inline'; frame-ancestors 'none'",
            );
        Ok(response.body(html.into())?)
    }
}

/// The list of the examples.
fn index(host: &str) -> String {
    let mut list = String::new();
    for Example { name, what, try_it } in EXAMPLES {
        let try_it = match try_it {
            Try::Page(path) => format!("<a href=\"{path}\">{path}</a>"),
            Try::Command(command) => {
                format!("<code>{}</code>", command.replace("{host}", &escape(host)))
            }
        };
        // Writing to a `String` does not fail.
        let _ = write!(list, "<dt>{name}</dt><dd>{what} {try_it}</dd>");
    }
    include_str!("index.html").replace("{list}", &list)
}

/// The text, escaped for HTML.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
