//! Each scenario says the same in miniflare and natively.

mod store;

use std::path::Path;
use std::sync::OnceLock;

use actors_core::http;
use actors_core::testing::World;
use actors_harness::miniflare::Miniflare;
use actors_outside::Outside;
use serde_json::json;

/// What both say in a scenario.
#[track_caller]
fn says(scenario: &str, expected: &[&str]) {
    assert_eq!(natively(scenario), expected, "natively");
    assert_eq!(in_miniflare(scenario), expected, "in miniflare");
}

/// As `wrangler.toml` has it.
fn world() -> World {
    World::new()
        .var("GREETING", "hello")
        .secret("KEY", r#"{"max": 6}"#)
        .json("LIMITS", &json!({"max": 5}))
        .bucket("FILES")
        .database("DB", "")
}

fn natively(scenario: &str) -> Vec<String> {
    let world = world();
    let request = http::Request::get(format!("/a?{scenario}"));
    let request = request.body(()).expect("a request");
    let response = world.request::<Outside>("a", request).expect("a response");
    let body = world.run(response.into_body().bytes()).expect("a body");
    serde_json::from_slice(&body).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&body)))
}

fn miniflare() -> &'static Miniflare {
    static SERVER: OnceLock<Miniflare> = OnceLock::new();
    SERVER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        Miniflare::start(folder).expect("miniflare starts")
    })
}

fn in_miniflare(scenario: &str) -> Vec<String> {
    let server = miniflare();
    let url = format!("{}/a?{scenario}", server.url());
    let agent = ureq::Agent::config_builder().http_status_as_error(false);
    let mut response = ureq::Agent::from(agent.build())
        .get(url)
        .call()
        .expect("a response");
    let body = response.body_mut().read_to_string().expect("a body");
    serde_json::from_str(&body).unwrap_or_else(|_| panic!("{body}\n{}", server.log()))
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
            "the Worker has no secret `OTHER`: set it with `wrangler secret put OTHER`",
            "the Worker has no variable `OTHER`: add it to [vars] in wrangler.toml",
        ],
    );
}
