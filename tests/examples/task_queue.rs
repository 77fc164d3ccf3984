//! The queue, over HTTP.

use std::time::Duration;

use serde_json::{Value, json};

use crate::world::{Answer, World, on_both};

fn ask(world: &World, path: &str, body: &Value) -> Answer {
    world.send("POST", &format!("/queues/q/{path}"), &[], &body.to_string())
}

/// What the queue answers; it must not refuse.
#[track_caller]
fn say(world: &World, path: &str, body: Value) -> Value {
    let answer = ask(world, path, &body);
    assert!(answer.status < 300, "{path}: {answer:?}");
    answer.json()
}

fn claim(world: &World, most: u32) -> Vec<Value> {
    let claimed = say(world, "claim", json!({ "worker": "me", "most": most }));
    claimed.as_array().expect("a list").clone()
}

fn status(world: &World) -> Value {
    world.send("GET", "/queues/q", &[], "").json()
}

/// How many tasks are delayed, ready, leased and dead.
fn counts(world: &World) -> [u64; 4] {
    let status = status(world);
    ["delayed", "ready", "leased", "dead"].map(|state| status[state].as_u64().expect("a count"))
}

fn total(world: &World, what: &str) -> u64 {
    let slices = world.send("GET", "/queues/q/metrics", &[], "").json();
    let slices = slices.as_array().expect("a list").iter();
    slices
        .map(|slice| slice[what].as_u64().expect("a count"))
        .sum()
}

fn lease(task: &Value) -> String {
    format!("leases/{}", task["lease"])
}

on_both! { [];
    fn tasks_are_claimed_by_priority_and_done(world) {
        let tasks = json!([{ "payload": "later" }, { "payload": { "a": [1] }, "priority": 0 }, {}]);
        let ids = say(&world, "tasks", tasks);
        let claimed = claim(&world, 2);
        assert_eq!(claimed.len(), 2);
        assert_eq!((&claimed[0]["id"], &claimed[0]["payload"]), (&ids[1], &json!({ "a": [1] })));
        assert_eq!((&claimed[1]["id"], &claimed[1]["attempt"]), (&ids[0], &json!(1)));
        assert_eq!(counts(&world), [0, 1, 2, 0]);
        say(&world, &format!("{}/complete", lease(&claimed[0])), json!(null));
        let again = ask(&world, &format!("{}/complete", lease(&claimed[0])), &json!(null));
        assert_eq!(again.status, 409, "{again:?}");
        assert_eq!((counts(&world), total(&world, "done")), ([0, 1, 1, 0], 1));
    }

    fn a_delay_and_a_lease_end_by_themselves(world) {
        say(&world, "tasks", json!({ "delay": 1 }));
        assert_eq!(counts(&world), [1, 0, 0, 0]);
        world.until("it is ready", || counts(&world) == [0, 1, 0, 0]);
        let claimed = say(&world, "claim", json!({ "worker": "me", "most": 1, "lease": 1 }));
        world.until("it is given again", || {
            claim(&world, 1).first().is_some_and(|task| task["attempt"] == 2)
        });
        let late = ask(&world, &format!("{}/complete", lease(&claimed[0])), &json!(null));
        assert_eq!(late.status, 409, "{late:?}");
        assert_eq!(total(&world, "failed"), 1);
    }

    fn a_sign_of_life_keeps_a_lease(world) {
        say(&world, "tasks", json!({}));
        let claimed = say(&world, "claim", json!({ "worker": "me", "most": 1, "lease": 3 }));
        say(&world, &format!("{}/heartbeat", lease(&claimed[0])), json!(null));
        world.pass(Duration::from_millis(3_500));
        assert_eq!(counts(&world), [0, 0, 1, 0]);
        say(&world, &format!("{}/complete", lease(&claimed[0])), json!(null));
    }

    fn what_has_failed_for_good_can_be_put_back(world) {
        say(&world, "tasks", json!([{ "max_attempts": 1 }, { "max_attempts": 2 }]));
        for task in claim(&world, 2) {
            let path = format!("/queues/q/{}/fail", lease(&task));
            world.send("POST", &path, &[], "it was <b>wrong</b>");
        }
        assert_eq!(counts(&world), [1, 0, 0, 1], "one is tried again");
        assert_eq!(say(&world, "dead/1/put-back", json!(null)), 1);
        let again = claim(&world, 1).remove(0);
        assert_eq!((&again["id"], &again["attempt"]), (&json!(1), &json!(1)));
        say(&world, &format!("{}/fail", lease(&again)), json!(null));
        assert_eq!(say(&world, "dead/discard", json!(null)), 1);
        assert_eq!(counts(&world)[3], 0);
        assert_eq!((total(&world, "failed"), total(&world, "died")), (3, 2));
    }

    fn a_key_adds_one_task(world) {
        let put = |key: &str, task: Value| {
            let json = [("content-type", "application/json")];
            let path = format!("/tasks/q/{key}");
            let answer = world.send("PUT", &path, &json, &task.to_string());
            (answer.status, answer.body)
        };
        let first = put("order-7", json!({ "payload": 1 }));
        assert_eq!(first.0, 200);
        assert_eq!(put("order-7", json!({ "payload": 1 })), first);
        assert_eq!(put("order-7", json!({ "payload": 2 })).0, 409);
        assert_ne!(put("order-8", json!({ "payload": 1 })), first);
        assert_eq!(counts(&world), [0, 2, 0, 0]);
    }

    fn a_topic_has_its_pace(world) {
        say(&world, "pace", json!({ "topic": "mail", "per_minute": 30 }));
        let tasks = json!([{ "topic": "mail" }, { "topic": "mail" }, { "topic": "image" }]);
        say(&world, "tasks", tasks);
        assert_eq!(claim(&world, 9).len(), 2, "one of each");
        world.until("the other is given", || claim(&world, 9).len() == 1);
        assert_eq!(status(&world)["paces"][0]["topic"], "mail");
    }

    fn a_queue_is_paused_and_drained(world) {
        say(&world, "mode", json!("paused"));
        say(&world, "tasks", json!({}));
        assert_eq!(claim(&world, 1).len(), 0);
        say(&world, "mode", json!("draining"));
        assert_eq!(ask(&world, "tasks", &json!({})).status, 409);
        assert_eq!(claim(&world, 1).len(), 1);
        say(&world, "mode", json!("running"));
        say(&world, "tasks", json!({}));
    }

    fn workers_do_what_there_is_to_do(world) {
        say(&world, "workers", json!(2));
        let tasks: Vec<_> = (0..12).map(|number| {
            json!({ "payload": { "millis": 20, "failures": u32::from(number == 3) } })
        }).collect();
        say(&world, "tasks", json!(tasks));
        world.until("all is done", || total(&world, "done") == 12);
        assert_eq!((counts(&world), total(&world, "failed")), ([0; 4], 1));
        assert!(world.tables("TASK_WORKER", "q/1") > 0);
        say(&world, "workers", json!(0));
        world.until("nothing is left of them", || {
            ["q/1", "q/2"].iter().all(|worker| world.tables("TASK_WORKER", worker) == 0)
        });
    }

    fn what_cannot_be_done_is_refused(world) {
        for (path, body, status) in [
            ("tasks", json!({ "payload": 1, "prio": 1 }), 400),
            ("tasks", json!({ "priority": -1 }), 400),
            ("tasks", json!({ "max_attempts": 0 }), 400),
            ("tasks", json!([{}, { "topic": "x".repeat(101) }]), 400),
            ("claim", json!({}), 400),
            ("leases/x/complete", json!(null), 400),
            ("leases/1/complete", json!(null), 409),
            ("mode", json!("stopped"), 400),
            ("pace", json!({ "topic": "a", "per_minute": 0 }), 400),
            ("workers", json!(6), 400),
            ("else", json!(null), 404),
        ] {
            let answer = ask(&world, path, &body);
            assert_eq!(answer.status, status, "{path} {body}: {answer:?}");
        }
        assert_eq!(counts(&world), [0; 4], "a list is added as a whole");
    }
}
