//! The rate limiter, in the real runtime: its stub, its HTTP side, its cleanup.
//!
//! Time is not ours to move there. Where a test needs some to pass, it moves the
//! buckets back instead, by whole buckets.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::world::{Object, World};

const BUCKET: u64 = 600;

/// Waits for the next bucket if this one is about to end, so that none ends in a test.
fn at_ease() {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let left = BUCKET - now % BUCKET;
    if left < 20 {
        std::thread::sleep(Duration::from_secs(left));
    }
}

fn pass(limiter: &Object<'_>, buckets: u64) {
    limiter.sql(&format!(
        "UPDATE rate_limit_buckets SET start = start - {}",
        buckets * BUCKET * 1000
    ));
}

fn config() -> Value {
    json!({ "limit": 5, "period": 3 * BUCKET, "burst": 3, "burst_window": BUCKET, "daily": 8, "bucket_size": BUCKET })
}

/// One use through the typed stub of another actor.
fn increment(world: &World, key: &str, by: Option<u32>) -> Value {
    let values = json!(["limits", key, config(), by]);
    world.object("CALLER", "c").ask("increment", values)
}

#[track_caller]
fn allowed(decision: &Value, remaining: u32) {
    assert_eq!(decision["success"], true, "{decision}");
    assert_eq!(decision["remaining"], remaining, "{decision}");
}

#[track_caller]
fn refused(decision: &Value, limit: &str, value: u32, period: u64) {
    assert_eq!(decision["success"], false, "{decision}");
    let exceeded = &decision["exceeded"];
    assert_eq!(
        (&exceeded["limit"], &exceeded["value"], &exceeded["period"]),
        (&json!(limit), &json!(value), &json!(period)),
        "{decision}"
    );
}

#[test]
fn the_windows_are_right_before_and_after_a_crash() {
    at_ease();
    let mut world = World::in_workerd("limits");
    allowed(&increment(&world, "k", None), 4);
    allowed(&increment(&world, "k", Some(2)), 2);
    refused(&increment(&world, "k", None), "burst", 3, BUCKET);
    allowed(&increment(&world, "other", None), 4);

    // The burst window holds the bucket of its start too: it takes two to be free.
    pass(&world.object("RATE_LIMITER", "limits"), 1);
    refused(&increment(&world, "k", None), "burst", 3, BUCKET);
    pass(&world.object("RATE_LIMITER", "limits"), 1);
    allowed(&increment(&world, "k", Some(2)), 0);
    let before = increment(&world, "k", None);
    refused(&before, "main", 5, 3 * BUCKET);

    world.crash();
    let after = increment(&world, "k", None);
    refused(&after, "main", 5, 3 * BUCKET);
    assert_eq!(after["remaining"], before["remaining"]);

    // Four buckets on, the first three uses are out of the main window; the day has all five.
    pass(&world.object("RATE_LIMITER", "limits"), 2);
    allowed(&increment(&world, "k", Some(2)), 1);
    pass(&world.object("RATE_LIMITER", "limits"), 4);
    refused(&increment(&world, "k", Some(2)), "daily", 8, 86_400);
    allowed(&increment(&world, "k", None), 0);
    let remaining = world
        .object("RATE_LIMITER", "limits")
        .ask("remaining", json!(["k", config()]));
    assert_eq!(remaining, 0);

    world
        .object("RATE_LIMITER", "limits")
        .ask("reset", json!(["k"]));
    allowed(&increment(&world, "k", None), 4);
    assert_eq!(
        world
            .object("RATE_LIMITER", "limits")
            .ask("remaining", json!(["other", config()])),
        5,
        "its one use was six buckets ago and more; the day is wider still"
    );
    world
        .object("RATE_LIMITER", "limits")
        .ask("reset", json!([]));
    assert_eq!(
        world
            .object("RATE_LIMITER", "limits")
            .sql("SELECT COUNT(*) FROM rate_limit_buckets"),
        json!([[0]])
    );
}

#[test]
fn a_javascript_worker_gets_a_plain_object() {
    let world = World::in_workerd("limits-js");
    let decision = world
        .object("RATE_LIMITER", "a")
        .ask("increment", json!(["k", { "limit": 2, "period": 60 }]));
    // The driver would say `{"$": "instance"}` of anything but a plain object.
    assert_eq!(
        decision,
        json!({ "success": true, "remaining": 1, "exceeded": { "$": "undefined" } })
    );
}

#[test]
fn the_day_in_utc_ends_at_midnight() {
    let world = World::in_workerd("limits-day");
    let limiter = world.object("RATE_LIMITER", "a");
    let config = json!({ "limit": 1, "period": 60, "utc_day": true });
    allowed(&limiter.ask("increment", json!(["k", config])), 0);
    let decision = limiter.ask("increment", json!(["k", config]));
    refused(&decision, "main", 1, 86_400);
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let retry = decision["exceeded"]["retry_after"].as_u64().unwrap();
    let midnight = (now + retry + 5) % 86_400;
    assert!(midnight < 10, "{retry} s from {now}");
    limiter.sql("UPDATE rate_limit_buckets SET start = start - 86400000");
    allowed(&limiter.ask("increment", json!(["k", config])), 0);
}

#[test]
fn a_key_is_just_text() {
    at_ease();
    let world = World::in_workerd("limits-keys");
    let limiter = world.object("RATE_LIMITER", "a");
    let config = json!({ "limit": 1, "period": 60 });
    let keys = [
        "a",
        "a:b",
        "a:%",
        "%",
        "_",
        "a'",
        "\"",
        "'; DROP TABLE rate_limit_buckets; --",
        "",
        "ä🦀\u{0}x",
        "A",
    ];
    for key in keys {
        allowed(&limiter.ask("increment", json!([key, config])), 0);
    }
    for key in keys {
        assert_eq!(
            limiter.ask("increment", json!([key, config]))["success"],
            false,
            "{key:?}"
        );
    }
    limiter.ask("reset", json!(["%"]));
    allowed(&limiter.ask("increment", json!(["%", config])), 0);
    assert_eq!(
        limiter.ask("increment", json!(["a", config]))["success"],
        false
    );
}

#[test]
fn invalid_configs_are_refused_and_count_nothing() {
    let world = World::in_workerd("limits-invalid");
    let limiter = world.object("RATE_LIMITER", "a");
    let cases = [
        (json!({ "limit": 1, "period": 0 }), "`period`"),
        (json!({ "limit": -1, "period": 60 }), "`limit`"),
        (json!({ "limit": 1, "period": 60, "burst": -1 }), "`burst`"),
        (json!({ "limit": 1, "period": 60, "daily": -5 }), "`daily`"),
        (
            json!({ "limit": 1, "period": 60, "burst": 1, "burst_window": 0 }),
            "`burst_window`",
        ),
        (
            json!({ "limit": 1, "period": 60, "bucket_size": 0 }),
            "`bucket_size`",
        ),
        (
            json!({ "limit": 1, "period": 60, "bucket_size": 61 }),
            "`bucket_size`",
        ),
        (
            json!({ "limit": 1, "period": 600, "burst": 1, "bucket_size": 61 }),
            "`burst_window`",
        ),
        (json!({ "limit": 0.5, "period": 60 }), "`limit`"),
        (json!({ "period": 60 }), "`limit`"),
    ];
    for (config, expected) in cases {
        let failure = limiter.refuse("increment", json!(["k", config]));
        assert_eq!(failure.name, "InvalidArgument", "{config}");
        assert!(failure.message.contains(expected), "{config}: {failure:?}");
    }
    // Not even a table.
    let tables = "SELECT COUNT(*) FROM sqlite_master WHERE substr(name, 1, 4) <> '_cf_'";
    assert_eq!(limiter.sql(tables), json!([[0]]));
}

#[test]
fn the_cleanup_removes_only_what_no_window_reaches() {
    at_ease();
    let world = World::in_workerd("limits-cleanup");
    let limiter = world.object("RATE_LIMITER", "limits");
    let starts = "SELECT (start - (SELECT MAX(start) FROM rate_limit_buckets)) / 600000, count \
                  FROM rate_limit_buckets ORDER BY start DESC";
    let config = json!({ "limit": 100, "period": 3 * BUCKET, "bucket_size": BUCKET });
    for by in 1..=6 {
        limiter.ask("increment", json!(["k", config, by]));
        if by < 6 {
            pass(&limiter, 1);
        }
    }
    assert!(limiter.alarm().is_some(), "it is scheduled from the start");
    limiter.ring_now("UPDATE _actors_alarms SET due = 0, planned = 0");
    // The window of 3 buckets counts 4 of them: from the one that holds its start.
    world.until("the old ones are gone", || {
        limiter.sql(starts) == json!([[0, 6], [-1, 5], [-2, 4], [-3, 3]])
    });
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_millis() as i64;
    world.until("it is scheduled again", || {
        limiter
            .alarm()
            .is_some_and(|alarm| alarm > now && alarm <= now + 301_000)
    });
    assert_eq!(limiter.ask("remaining", json!(["k", config])), 100 - 18);
}

#[test]
fn over_http() {
    let world = World::in_workerd("limits-http");
    let ask = |path: &str, body: &str| world.request("POST", path, &[], body);
    let config = r#"{"limit": 1, "period": 60}"#;
    let first = ask("/limits/api/ann%2Fx", config);
    assert_eq!((first.status, first.retry_after), (200, None));
    assert_eq!(first.json()["remaining"], 0);
    let second = ask("/limits/api/ann%2Fx", config);
    assert_eq!(second.status, 429);
    assert_eq!(second.json()["exceeded"]["limit"], "main");
    let retry = second.retry_after.unwrap();
    assert!((60..=70).contains(&retry), "{retry}");
    assert_eq!(
        ask("/limits/api/ann/x", config).status,
        429,
        "the key is what the path means"
    );
    assert_eq!(ask("/limits/api/bob", config).status, 200);
    assert_eq!(ask("/limits/other/ann%2Fx", config).status, 200);
    assert_eq!(ask("/limits/api/bob", "{").status, 400);
    assert_eq!(
        ask(
            "/limits/api/bob",
            r#"{"limit": 1, "period": 60, "brust": 1}"#
        )
        .status,
        400
    );
    assert_eq!(world.request("GET", "/limits/api/bob", &[], "").status, 405);
}
