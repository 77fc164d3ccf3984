//! The network, and another Worker.

use std::cell::RefCell;
use std::rc::Rc;

use actors_core::testing::World;
use actors_core::{Body, BodySender, Error, ErrorKind, Request, Response, Result, http};

use actors_outside::Broken;

use crate::says;

/// As `far.js` answers.
pub(crate) fn answered(world: World) -> World {
    let (far, clock) = (Rc::new(Far::default()), world.clock());
    let also = far.clone();
    world
        .on_fetch("far.example/never", async move |_| {
            clock.sleep(std::time::Duration::from_secs(60)).await;
            Ok(http::Response::new(""))
        })
        .on_fetch("far.example", async move |request| {
            far.answer(request).await
        })
        .on_service("FAR", async move |request| also.answer(request).await)
}

/// The other side.
#[derive(Default)]
struct Far {
    stalled: RefCell<Vec<BodySender>>,
}

impl Far {
    async fn answer(&self, request: Request) -> Result<Response> {
        let respond = http::Response::builder();
        let (method, from) = (request.method(), request.headers().get("x-from"));
        Ok(match request.uri().path() {
            "/hello" => {
                let body = format!("{method} {}", from.unwrap().to_str().unwrap());
                respond.header("x-far", "yes").body(body.into())?
            }
            "/echo" => Response::new(request.into_body()),
            "/headers" => {
                let (uri, headers) = (request.uri(), request.headers().iter());
                let shown = headers.filter(|(name, _)| {
                    name.as_str().starts_with("x-") || *name == http::header::COOKIE
                });
                let text = |value: &http::HeaderValue| {
                    String::from_utf8_lossy(value.as_bytes()).into_owned()
                };
                let shown = shown.map(|(name, value)| format!("{name}={}", text(value)));
                let mut shown: Vec<_> = shown.collect();
                shown.sort();
                Response::new(format!("{uri} {}", shown.join("; ")).into())
            }
            "/cookies" => respond
                .header("set-cookie", "a=1; Path=/")
                .header("set-cookie", "b=2")
                .body(Body::empty())?,
            "/no-content" => respond.status(204).body(Body::empty())?,
            "/teapot" => respond.status(418).body("short and stout".into())?,
            "/breaks" => Response::new(Body::stream(Broken(false))),
            "/status" => respond.status(503).body("not now".into())?,
            "/moved" => respond
                .status(302)
                .header("location", "/hello")
                .body(Body::empty())?,
            "/stalls" => {
                let (sender, body) = Body::channel();
                sender.send("a part")?;
                self.stalled.borrow_mut().push(sender);
                Response::new(body)
            }
            "/cancelled" => {
                let mut stalled = self.stalled.borrow_mut();
                let is_cancelled = stalled.drain(..).all(|sender| sender.send("more").is_err());
                Response::new(is_cancelled.to_string().into())
            }
            "/large" => Response::new(Body::stream(actors_outside::Zeros(1_600))),
            "/length" => {
                let (mut body, mut length) = (request.into_body(), 0);
                while let Some(part) = body.chunk().await? {
                    length += part.len();
                }
                Response::new(length.to_string().into())
            }
            _ => return Err(Error::new(ErrorKind::Unavailable, "no answer from here")),
        })
    }
}

#[test]
fn who_is_outside_answers() {
    says(
        "answers",
        &[
            r#""yes""#,
            "200 GET ours",
            "200 some text",
            "200 bytes",
            "503 not now",
            "200 GET us",
            "200 GET a binding",
        ],
    );
}

#[test]
fn errors() {
    says(
        "errors",
        &[
            "InvalidArgument, false: GET https://far.example/hello: the request can't be sent: a \
             GET has no body",
            "InvalidArgument, false: GET /hello: the URL must be absolute, with \
             http or https: `https://example.com/path` for example",
            "InvalidArgument, false: GET ftp://far.example/hello: the URL must be absolute, with \
             http or https: `https://example.com/path` for example",
            "InvalidArgument, false: HELLO https://far.example/hello: the request can't be sent: \
             Invalid HTTP method string: HELLO",
            "Unavailable, true: GET https://far.example/throws: no answer from here",
            "Internal, false: the Worker has no service `OTHER`: add it to [[services]] in wrangler.toml",
        ],
    );
}

#[test]
fn what_takes_too_long_is_ended() {
    says(
        "time-outs",
        &[
            "Unavailable, true: GET https://far.example/never: it took longer than 300ms",
            "a part",
            "Unavailable, true: GET https://far.example/stalls: it took longer than 300ms",
            "Unavailable, true: GET https://far.example/stalls: it took longer than 300ms",
        ],
    );
}

#[test]
fn what_is_dropped_is_ended() {
    says("dropped", &["200 true", "200 true"]);
}

#[test]
fn a_body_streams_both_ways_at_once() {
    says("echo", &["one", "two", "three"]);
}

#[test]
fn a_large_body_is_never_in_memory() {
    says("large", &["104857600", "200 104857600", "less than 8 MB"]);
}
