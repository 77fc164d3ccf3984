//! Each scenario says the same in miniflare and natively.

mod bound;
mod hostile;
mod network;
mod objects;
mod store;
mod streams;

use std::path::Path;
use std::rc::Rc;
use std::sync::OnceLock;
use std::time::Duration;

use actors_core::testing::World;
use actors_core::{Body, http, minutes};
use actors_harness::miniflare::Miniflare;
use actors_outside::Outside;
use actors_outside::remote::{
    BillingStub, Clock, FakeBilling, FakeMailer, FakeOdd, MailerStub, OddStub,
};
use serde_json::json;

/// What both say in a scenario.
#[track_caller]
fn says(scenario: &str, expected: &[&str]) {
    assert_eq!(natively(scenario), expected, "natively");
    assert_eq!(in_miniflare(scenario), expected, "in miniflare");
}

/// As `wrangler.toml` has it.
fn world() -> World {
    let world = World::new();
    let clock = world.clock();
    let late: Clock = Rc::new(move || {
        let clock = clock.clone();
        Box::pin(async move { clock.sleep(Duration::from_secs(60)).await })
    });
    network::answered(world)
        .remote::<OddStub, _>(move |_| FakeOdd::new(late.clone()))
        .var("GREETING", "hello")
        .secret("KEY", r#"{"max": 6}"#)
        .json("LIMITS", &json!({"max": 5}))
        .bucket("FILES")
        .database("DB", "")
        .remote::<BillingStub, _>(FakeBilling::new)
        .remote::<MailerStub, _>(|_| FakeMailer::default())
        .var("PORT", "8080")
        .var("HOST_ADDRESS", "127.0.0.1")
        .kv("CACHE")
        .kv("LISTED")
        .queue("JOBS")
}

fn natively(scenario: &str) -> Vec<String> {
    natively_in(&world(), scenario)
}

fn natively_in(world: &World, scenario: &str) -> Vec<String> {
    let request = http::Request::get(format!("http://actor/a?{scenario}"));
    let request = request.body(Body::empty()).expect("a request");
    let asked = async {
        let response = world.get::<Outside>("a").fetch(request).await?;
        response.into_body().bytes().await
    };
    let body = world.run_within(minutes(10), asked).expect("a body");
    serde_json::from_slice(&body).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&body)))
}

fn in_miniflare(scenario: &str) -> Vec<String> {
    let body = fetch(&format!("/a?{scenario}"));
    serde_json::from_str(&body).unwrap_or_else(|_| panic!("{body}\n{}", server().log()))
}

/// The body of miniflare's response.
fn fetch(path: &str) -> String {
    let agent = ureq::Agent::config_builder().http_status_as_error(false);
    let mut response = ureq::Agent::from(agent.build())
        .get(format!("{}{path}", server().url()))
        .call()
        .expect("a response");
    response.body_mut().read_to_string().expect("a body")
}

fn server() -> &'static Miniflare {
    static SERVER: OnceLock<Miniflare> = OnceLock::new();
    SERVER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        Miniflare::start(folder).expect("miniflare starts")
    })
}

#[test]
fn variables() {
    says(
        "variables",
        &[
            "hello",
            r#"{"max": 6}"#,
            r#"{"max": 5}"#,
            r#"{"max": 6}"#,
            "the Worker has no variable `LIMITS`: add it to [vars] in wrangler.toml",
            "the Worker has no variable `OTHER`: add it to [vars] in wrangler.toml",
            "the Worker has no secret `OTHER`: set it with `wrangler secret put OTHER`, or \
             in .dev.vars for `wrangler dev`",
            "the Worker has no variable `OTHER`: add it to [vars] in wrangler.toml",
        ],
    );
}
