//! KV, queues and structs of bindings.

use std::path::Path;

use actors_core::testing::{Sent, World};
use actors_core::{hours, minutes, seconds};
use actors_harness::root;
use actors_harness::worker::{Binding, Worker};
use actors_harness::workerd::Server;
use actors_outside::{Job, Unbound};

use crate::{natively_in, says, world};

#[test]
fn kv_values() {
    says(
        "kv-values",
        &[
            r#"Some("grüezi 🦀")"#,
            r#"Some("")"#,
            "Some([0, 255, 128])",
            "the value of `bytes` in KV can't be read: it is not UTF-8: use `get_bytes`",
            r#"Some("[1152921504606846976,[1.5,null]]")"#,
            "Some((1152921504606846976, [Some(1.5), None]))",
            "the value of `text` in KV can't be read: expected value",
            r#"Some(("x", Some(("Ann", 1.5))))"#,
            "the value of `tagged` in KV can't be read: its metadata: invalid type: sequence, expected u8",
            r#"Some(("x", None))"#,
            r#"Some(("grüezi 🦀", None))"#,
            "None",
            "None",
            r#"Some("new")"#,
            "None",
            "the Worker has no KV namespace `OTHER`: add it to [[kv_namespaces]] in wrangler.toml",
            "the Worker has no KV namespace `GREETING`: add it to [[kv_namespaces]] in wrangler.toml",
            "the Worker has no KV namespace `JOBS`: add it to [[kv_namespaces]] in wrangler.toml",
        ],
    );
}

#[test]
fn kv_lists() {
    says(
        "kv-list",
        &[
            r#"["A", "a", "a%2F/? #&", "a:1", "a:2", "a:🦀", "b", "until", "ä"]"#,
            r#"["a:1", "a:2", "a:🦀"]"#,
            "[]",
            r#"["a", "a%2F/? #&"], and more"#,
            r#"["a:1", "a:2"], and more"#,
            r#"["a:🦀"]"#,
            "Some(3)",
            "the value of `a:1` in KV can't be read: its metadata: invalid type: integer `3`, expected a string",
            "None",
            "None",
            "0",
        ],
    );
}

#[test]
fn kv_limits() {
    says(
        "kv-limits",
        &[
            "Some(true)",
            "InvalidArgument: a key in KV has at most 512 bytes, and this has 513",
            "InvalidArgument: a key in KV has at most 512 bytes, and this has 513",
            "InvalidArgument: a key in KV has at most 512 bytes, and this has 513",
            "InvalidArgument: a prefix of keys in KV has at most 512 bytes, and this has 513",
            r#"InvalidArgument: "" can't be a key in KV"#,
            r#"InvalidArgument: "." can't be a key in KV"#,
            r#"InvalidArgument: ".." can't be a key in KV"#,
            "InvalidArgument: a value in KV has at most 26214400 bytes, and this has 26214401",
            "InvalidArgument: metadata in KV has at most 1024 bytes, and this has 1025",
            "InvalidArgument: the metadata of `a` can't be stored in KV: JavaScript can't represent 18446744073709551615 exactly",
            "InvalidArgument: the metadata of `a` can't be stored in KV: JSON can't represent NaN",
            "InvalidArgument: the value of `a` can't be stored in KV: JSON can't represent inf",
            "InvalidArgument: a key in KV can expire after 60 seconds at the earliest",
            "InvalidArgument: a key in KV can expire after 60 seconds at the earliest",
            "InvalidArgument: KV lists 1 to 1,000 keys at once, and not 0",
            "InvalidArgument: KV lists 1 to 1,000 keys at once, and not 1001",
            "None",
        ],
    );
}

#[test]
fn queues() {
    says(
        "queue",
        &[
            "()",
            "()",
            "()",
            "()",
            "()",
            "()",
            "the message can't be sent to the queue: it has 128001 bytes, and at most 128000 are allowed",
            "()",
            "101 messages of 202 bytes together can't be sent at once: at most 100 messages and 256000 bytes are allowed",
            "3 messages of 256002 bytes together can't be sent at once: at most 100 messages and 256000 bytes are allowed",
            "the message can't be sent to the queue: it can be delayed by at most 24 hours",
            "the message can't be sent to the queue: JavaScript can't represent 18446744073709551615 exactly",
            "the message can't be sent to the queue: JSON can't represent NaN",
            "the Worker has no queue `OTHER`: add it to [[queues.producers]] in wrangler.toml",
            "the Worker has no queue `CACHE`: add it to [[queues.producers]] in wrangler.toml",
        ],
    );
}

/// What is wrong with the bindings of `Absent`.
const ABSENT: [&str; 8] = [
    "the variable `GREETING`: invalid digit found in string",
    "the Worker has no secret `STRIPE_KEY`: set it with `wrangler secret put STRIPE_KEY`, or in \
     .dev.vars for `wrangler dev`",
    "the Worker has no variable `NOTHING`: add it to [vars] in wrangler.toml",
    "the variable `LIMITS`: invalid type: map, expected a sequence",
    "the Worker has no KV namespace `OTHER_CACHE`: add it to [[kv_namespaces]] in wrangler.toml",
    "the Worker has no queue `PORT`: add it to [[queues.producers]] in wrangler.toml",
    "the secret `KEY` is not of the form that its field expects",
    "the variable `HOST_ADDRESS`: provided string was not `true` or `false`",
];

/// What a Worker says that does not start.
fn fault(of: &str) -> String {
    let (_, fault) = of
        .split_once("this Worker can't start:\n  ")
        .unwrap_or_else(|| panic!("{of}"));
    let lines = fault.lines().map(str::trim);
    let lines: Vec<_> = lines.take_while(|line| line.starts_with("the ")).collect();
    lines.join("\n")
}

#[test]
fn a_worker_without_its_bindings_does_not_start() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    // workerd by itself has none but texts and JSON.
    let mut worker = Worker::from_crate(folder).expect("it is built");
    worker
        .bindings
        .retain(|(_, binding)| matches!(binding, Binding::Text(_) | Binding::Json(_)));
    let disk = root().join("target/workerd/without-bindings");
    let error = Server::start(&[worker], &disk, None)
        .err()
        .expect("it does not start");
    let mut expected = [
        "the Worker has no KV namespace `CACHE`: add it to [[kv_namespaces]] in wrangler.toml",
        "the Worker has no bucket `FILES`: add it to [[r2_buckets]] in wrangler.toml",
        "the Worker has no database `DB`: add it to [[d1_databases]] in wrangler.toml",
        "the Worker has no service `FAR`: add it to [[services]] in wrangler.toml",
        "the Worker has no queue `JOBS`: add it to [[queues.producers]] in wrangler.toml",
    ];
    let fault = fault(&error.to_string());
    let mut found: Vec<_> = fault.lines().collect();
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
}

#[test]
fn structs_of_bindings() {
    let all = &ABSENT.join("; ");
    says(
        "bindings",
        &[
            r#"Some("hello")"#,
            r#"Json({"max": 6}) Some(8080) 127.0.0.1"#,
            r#"Json({"max": 5})"#,
            "Some(6)",
            "Some(2)",
            r#"b"GET a struct""#,
            "None None false",
            "true",
            "true",
            all,
        ],
    );
}

#[test]
fn keys_expire_by_the_clock_of_the_world() {
    let world = World::new().kv("CACHE");
    let cache = world.env().kv("CACHE").unwrap();
    world.run(cache.put("a", "text").ttl(minutes(1))).unwrap();
    let later = world.now() + minutes(2) + seconds(1);
    world.run(cache.put("b", "text").expires(later)).unwrap();
    let keys = || {
        let page = world.run(cache.list()).unwrap();
        page.keys
            .into_iter()
            .map(|key| key.name)
            .collect::<Vec<_>>()
    };
    world.advance(seconds(59));
    assert_eq!(keys(), ["a", "b"]);
    world.advance(seconds(1));
    assert_eq!(keys(), ["b"]);
    assert_eq!(world.run(cache.get("a")).unwrap(), None);
    // A value that is stored anew is there until its own time.
    world.run(cache.put("b", "for good")).unwrap();
    world.advance(hours(1));
    assert_eq!(
        world.run(cache.get("b")).unwrap().as_deref(),
        Some("for good")
    );
}

#[test]
fn what_was_sent_waits_until_it_is_due() {
    let world = world();
    let begun = world.now();
    natively_in(&world, "queue");
    let sent = world.sent::<serde_json::Value>("JOBS");
    let job = |url: &str, delay| Sent {
        message: Job {
            url: url.to_owned(),
            tries: None,
        },
        due: begun + delay,
    };
    let jobs = sent.iter().filter(|sent| sent.message.is_object());
    let jobs: Vec<_> = jobs
        .map(|sent| Sent {
            message: serde_json::from_value(sent.message.clone()).unwrap(),
            due: sent.due,
        })
        .collect();
    assert_eq!(
        jobs,
        [
            job("/🦀", seconds(0)),
            job("/later", hours(24)),
            job("/1", seconds(1)),
            job("/2", seconds(1)),
        ]
    );
    assert_eq!(sent.len(), 4 + 1 + 2 + 100);
}

#[test]
fn bindings_are_read_once_in_a_world_and_again_by_an_actor_that_could_not_wake() {
    let world = World::new();
    let actor = world.get::<Unbound>("a");
    for _ in 0..2 {
        let error = world.run(actor.hello()).unwrap_err();
        assert!(error.message().contains("`STRIPE_KEY`"), "{error}");
    }
    let world = World::new()
        .var("GREETING", "1")
        .secret("STRIPE_KEY", "2")
        .var("NOTHING", "3")
        .json("LIMITS", &[4])
        .kv("OTHER_CACHE")
        .queue("PORT")
        .secret("KEY", "7")
        .var("HOST_ADDRESS", "here");
    let actor = world.get::<Unbound>("a");
    let error = world.run(actor.hello()).unwrap_err();
    assert_eq!(
        error.message(),
        "the variable `HOST_ADDRESS`: provided string was not `true` or `false`"
    );
}
