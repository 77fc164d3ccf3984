//! A Worker in front of an actor, with everything that `entry!` can say: a login, a site by axum,
//! static assets, a cron trigger and the consumer of a queue.

#![allow(missing_docs, reason = "the tests say what it is for")]

mod login;

use std::pin::Pin;
use std::task::{Context, Poll};

use actors_core::prelude::*;
use actors_core::{Batch, Scheduled, Service, send};
use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};

/// What was noted.
#[actor(sockets(path = "/ws"))]
pub struct Room {
    #[persist]
    notes: Vec<String>,
}

#[actor]
impl Room {
    #[on_request]
    fn answer(&mut self, request: Request<String>) -> Result<Response> {
        let user = login::user_of(&request).to_owned();
        let text = request.body();
        if !text.is_empty() {
            self.note(format!("{user}: {text}"));
        }
        json_response(200, &self.notes)
    }

    #[on_connect]
    fn enter(&self, request: &Request) -> Result<Admission<String>> {
        let user = login::user_of(request).to_owned();
        Ok(Admission::new(user.clone()).greet(&user))
    }

    #[on_message(text)]
    fn say(&mut self, socket: &Socket<String>, text: String) -> Result<()> {
        self.note(format!("{}: {text}", socket.data()));
        socket.send(&self.notes)
    }

    pub fn note(&mut self, text: String) {
        self.notes.push(text);
    }

    pub fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }
}

/// The pages and what else has no route.
fn router(env: Env) -> Router {
    Router::new()
        .route("/login", get(async || "who are you?").post(login::login))
        .route(
            "/me",
            get(async |request: axum::extract::Request| login::user_of(&request).to_owned()),
        )
        .route("/notes/{room}", get(notes))
        .route("/jobs", post(enqueue))
        .route("/odd/{what}", get(odd))
        .with_state(env)
}

async fn notes(State(env): State<Env>, Path(room): Path<String>) -> Result<String, Response> {
    let notes = send(async move { Room::get(&env, &room)?.notes().await });
    Ok(notes.await?.join("\n"))
}

/// Passes the jobs on to who sends them to the queue.
async fn enqueue(State(env): State<Env>, jobs: String) -> Result<Response, Response> {
    let request = http::Request::post("https://far/").body(jobs);
    let request = request.map_err(Error::from)?;
    Ok(send(async move { Bindings::of(&env)?.far.fetch(request).await }).await?)
}

/// A response that can't be sent, or whose body panics while it is read.
async fn odd(Path(what): Path<String>) -> axum::response::Response {
    let response = http::Response::builder();
    let response = match &*what {
        "panics" => response.body(axum::body::Body::new(Panics(false))),
        "informational" => response.status(100).body("no".into()),
        "binary" => response.header("x-odd", &b"\xe4"[..]).body("no".into()),
        _ => response.header("x-odd", "ä").body("yes".into()),
    };
    response.unwrap_or_default()
}

/// A part, and a panic.
struct Panics(bool);

impl http_body::Body for Panics {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>>>> {
        let is_second = std::mem::replace(&mut self.0, true);
        assert!(!is_second, "as it should");
        Poll::Ready(Some(Ok(http_body::Frame::data("a part".into()))))
    }
}

async fn nightly(event: Scheduled, env: &Env) -> Result<()> {
    if event.cron == "fails" {
        return Err(Error::internal("as it should"));
    }
    let text = format!("{} {}", event.cron, event.time.as_millis() > 0);
    Room::get(env, "nightly")?.note(text).await
}

/// A note to take.
#[derive(Debug, Serialize, Deserialize)]
pub struct Job {
    pub room: String,
    pub text: String,
    /// How often it is to be delivered before it is done.
    pub tries: u32,
}

async fn jobs(batch: Batch<Job>, env: &Env) -> Result<()> {
    for job in &batch.messages {
        let Job { room, text, tries } = &job.body;
        let note = format!("{} {text} {}", batch.queue, job.attempts);
        Room::get(env, room)?.note(note).await?;
        match job.attempts < *tries {
            true => job.retry(Some(seconds(1))),
            false => job.ack(),
        }
    }
    Ok(())
}

/// What the front has to have.
#[bindings]
pub struct Bindings {
    #[secret]
    cookies: login::CookieKey,
    far: Service,
}

actors_core::entry! {
    bindings(Bindings),
    before = login::authenticate,
    "/rooms/{name}" => Room,
    "/rooms/{name}/ws" => Room,
    fallback = router,
    assets = "ASSETS",
    scheduled = nightly,
    queue("jobs") = jobs,
}
