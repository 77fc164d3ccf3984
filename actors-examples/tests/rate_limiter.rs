//! The rate limiter under `cargo test`: nothing but the actor and a clock.

use std::cell::Cell;

use actors_core::prelude::*;
use actors_core::testing::{Search, World};
use actors_examples::rate_limiter::{Config, Decision, Limit, RateLimiter};

/// Five uses in a minute, in buckets of ten seconds.
fn config() -> Config {
    Config {
        limit: 5,
        period: 60,
        utc_day: false,
        burst: None,
        burst_window: None,
        daily: None,
        bucket_size: None,
    }
}

fn use_key(world: &World, key: &str, config: &Config, by: u32) -> Decision {
    let limiter = world.get::<RateLimiter>("api");
    world
        .run(limiter.increment(key.into(), config.clone(), Some(by)))
        .expect("a valid config")
}

fn remaining(world: &World, key: &str, config: &Config) -> u32 {
    let limiter = world.get::<RateLimiter>("api");
    world
        .run(limiter.remaining(key.into(), config.clone()))
        .expect("a valid config")
}

fn buckets(world: &World) -> u32 {
    let rows = world.rows::<RateLimiter, u32>("api", "SELECT COUNT(*) FROM rate_limit_buckets", ());
    rows.expect("a table")[0]
}

#[test]
fn the_schema_is_as_recorded() {
    actors_core::testing::check_schema::<RateLimiter>("schema.sql");
}

#[test]
fn a_key_has_its_limit_and_no_more() {
    let world = World::new();
    for left in (0..5).rev() {
        let decision = use_key(&world, "ann", &config(), 1);
        assert_eq!((decision.success, decision.remaining), (true, left));
    }
    let decision = use_key(&world, "ann", &config(), 1);
    assert!(!decision.success);
    let exceeded = decision.exceeded.expect("a limit is exceeded");
    assert_eq!(
        (exceeded.limit, exceeded.value, exceeded.period),
        (Limit::Main, 5, 60)
    );
    assert!(use_key(&world, "bob", &config(), 1).success);
}

#[test]
fn a_refused_use_is_not_counted() {
    let world = World::new();
    assert!(!use_key(&world, "ann", &config(), 6).success);
    assert!(use_key(&world, "ann", &config(), 5).success);
}

#[test]
fn retry_after_is_when_it_works_again() {
    let world = World::new();
    world.advance(seconds(3));
    use_key(&world, "ann", &config(), 4);
    world.advance(seconds(20));
    use_key(&world, "ann", &config(), 1);
    let exceeded = use_key(&world, "ann", &config(), 2)
        .exceeded
        .expect("a limit is exceeded");
    let wait = exceeded.retry_after.expect("it will work");
    world.advance(seconds(u64::from(wait) - 1));
    assert!(!use_key(&world, "ann", &config(), 2).success);
    world.advance(seconds(1));
    assert!(use_key(&world, "ann", &config(), 2).success);
    assert_eq!(
        use_key(&world, "bob", &config(), 6)
            .exceeded
            .and_then(|e| e.retry_after),
        None
    );
}

#[test]
fn limits_are_checked_in_the_order_main_burst_daily() {
    let config = Config {
        limit: 2,
        burst: Some(2),
        daily: Some(2),
        ..config()
    };
    let limit_after = |limit: u32, burst: u32| {
        let world = World::new();
        use_key(&world, "ann", &config, 2);
        let config = Config {
            limit,
            burst: Some(burst),
            ..config.clone()
        };
        use_key(&world, "ann", &config, 1)
            .exceeded
            .map(|exceeded| exceeded.limit)
    };
    assert_eq!(limit_after(2, 2), Some(Limit::Main));
    assert_eq!(limit_after(3, 2), Some(Limit::Burst));
    assert_eq!(limit_after(3, 3), Some(Limit::Daily));
}

#[test]
fn what_remains_is_the_lesser_of_main_and_daily() {
    let world = World::new();
    let config = Config {
        burst: Some(1),
        daily: Some(3),
        ..config()
    };
    assert_eq!(remaining(&world, "ann", &config), 3);
    assert_eq!(use_key(&world, "ann", &config, 1).remaining, 2);
    let decision = use_key(&world, "ann", &config, 1);
    assert_eq!(
        decision.exceeded.map(|exceeded| exceeded.limit),
        Some(Limit::Burst)
    );
    assert_eq!(decision.remaining, 2);
    let lower = Config { limit: 0, ..config };
    assert_eq!(remaining(&world, "ann", &lower), 0);
}

#[test]
fn the_daily_limit_rolls_over_24_hours() {
    let world = World::new();
    let config = Config {
        limit: 100,
        daily: Some(3),
        ..config()
    };
    use_key(&world, "ann", &config, 2);
    world.advance(hours(23));
    use_key(&world, "ann", &config, 1);
    assert!(!use_key(&world, "ann", &config, 1).success);
    world.advance(hours(1) + seconds(10));
    assert_eq!(remaining(&world, "ann", &config), 2);
}

#[test]
fn a_utc_day_ends_at_midnight() {
    let world = World::new(); // which begins at midnight
    let config = Config {
        utc_day: true,
        ..config()
    };
    world.advance(hours(23));
    use_key(&world, "ann", &config, 5);
    let exceeded = use_key(&world, "ann", &config, 1)
        .exceeded
        .expect("the day is used up");
    assert_eq!(
        (exceeded.period, exceeded.retry_after),
        (86_400, Some(3_600))
    );
    world.advance(seconds(3_599));
    assert!(!use_key(&world, "ann", &config, 1).success);
    world.advance(seconds(1));
    assert!(use_key(&world, "ann", &config, 1).success);
}

#[test]
fn the_cleanup_removes_what_no_window_reaches() {
    let world = World::new();
    use_key(&world, "ann", &config(), 1);
    world.advance(seconds(65));
    use_key(&world, "ann", &config(), 1);
    assert_eq!(buckets(&world), 2);
    world.advance(minutes(5));
    assert_eq!(buckets(&world), 0);
    use_key(
        &world,
        "ann",
        &Config {
            daily: Some(9),
            ..config()
        },
        1,
    );
    world.advance(hours(24));
    assert_eq!(
        buckets(&world),
        1,
        "a day was asked for, and the bucket is 24 h old"
    );
    world.advance(minutes(5));
    assert_eq!(buckets(&world), 0);
}

#[test]
fn counts_survive_an_eviction_and_a_crash() {
    let world = World::new();
    use_key(&world, "ann", &config(), 3);
    assert!(world.evict::<RateLimiter>("api"));
    assert_eq!(remaining(&world, "ann", &config()), 2);
    use_key(&world, "ann", &config(), 1);
    world.crash_all();
    assert_eq!(remaining(&world, "ann", &config()), 1);
}

#[test]
fn reset_forgets_one_key_or_all() {
    let world = World::new();
    for key in ["a", "a:b", "%"] {
        use_key(&world, key, &config(), 5);
    }
    let limiter = world.get::<RateLimiter>("api");
    world.run(limiter.reset(Some("%".into()))).unwrap();
    assert_eq!(remaining(&world, "%", &config()), 5);
    assert_eq!(remaining(&world, "a", &config()), 0);
    world.run(limiter.reset(None)).unwrap();
    assert_eq!(remaining(&world, "a", &config()), 5);
    assert_eq!(buckets(&world), 0);
}

#[test]
fn invalid_configs_are_refused_and_count_nothing() {
    let world = World::new();
    let limiter = world.get::<RateLimiter>("api");
    let cases = [
        (
            Config {
                period: 0,
                ..config()
            },
            "`period`",
        ),
        (
            Config {
                bucket_size: Some(0),
                ..config()
            },
            "`bucket_size`",
        ),
        (
            Config {
                bucket_size: Some(61),
                ..config()
            },
            "`bucket_size`",
        ),
        (
            Config {
                burst: Some(1),
                burst_window: Some(0),
                ..config()
            },
            "`burst_window`",
        ),
        (
            Config {
                burst: Some(1),
                burst_window: Some(5),
                ..config()
            },
            "`burst_window`",
        ),
    ];
    for (config, expected) in cases {
        let error = world
            .run(limiter.increment("ann".into(), config, None))
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.message().contains(expected), "{error}");
    }
    assert_eq!(buckets(&world), 0);
}

#[test]
fn over_http() {
    let world = World::new();
    let limiter = world.get::<RateLimiter>("api");
    let ask = |body: &'static str| {
        let request = http::Request::post("http://x/limits/api/ann%2Fx")
            .body(body.into())
            .unwrap();
        let response = world.run(limiter.fetch(request)).unwrap();
        let retry = response
            .headers()
            .get("retry-after")
            .map(|value| value.to_str().unwrap().to_owned());
        (response.status().as_u16(), retry)
    };
    assert_eq!(ask(r#"{"limit": 1, "period": 60}"#), (200, None));
    assert_eq!(
        ask(r#"{"limit": 1, "period": 60}"#),
        (429, Some("70".into()))
    );
    assert_eq!(ask("{}"), (400, None));
    assert_eq!(remaining(&world, "ann/x", &config()), 4);
}

#[test]
fn a_key_is_just_text() {
    let world = World::new();
    let keys = [
        "a",
        "A",
        "a:b",
        "a:%",
        "%",
        "_",
        "a'",
        "\"",
        "'; DROP TABLE x; --",
        "",
        "ä\0🦀",
    ];
    for key in keys {
        assert_eq!(use_key(&world, key, &config(), 5).remaining, 0, "{key:?}");
    }
    for key in keys {
        assert!(!use_key(&world, key, &config(), 1).success, "{key:?}");
    }
}

/// Whatever crashes, every allowed use is counted, and no more than the limit are allowed.
#[test]
fn no_use_is_lost_and_none_is_given_away() {
    let ages = || Config {
        period: u32::MAX,
        ..config()
    };
    Search::<Cell<u32>>::new()
        .step("use", async move |run| {
            let limiter = run.get::<RateLimiter>("api");
            if let Ok(decision) = limiter.increment("ann".into(), ages(), None).await {
                run.model()
                    .update(|used| used + u32::from(decision.success));
            }
        })
        .step("ask", async move |run| {
            let _ = run
                .get::<RateLimiter>("api")
                .remaining("ann".into(), ages())
                .await;
        })
        .invariant(
            "what is used and what remains is the limit",
            move |world, used| {
                let left = remaining(world, "ann", &ages());
                match used.get() + left {
                    5 => Ok(()),
                    _ => Err(format!("{} are used, and {left} of 5 remain", used.get())),
                }
            },
        )
        .runs(500)
        .check();
}
