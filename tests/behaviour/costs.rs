//! What each kind of event costs, counted in workerd: crossings from Wasm into JavaScript, rows
//! read and written, and settings of the object's own alarm. A change that makes one dearer
//! fails here; the documentation of [`Ctx`](actors_core::Ctx) says what users pay.

use std::time::{Duration, Instant};

use actors_core::Message;
use serde_json::{Value, json};

use crate::world::World;

#[derive(Debug, PartialEq, Eq)]
struct Costs {
    crossings: u64,
    rows_read: u64,
    rows_written: u64,
    alarms: u64,
}

const fn costs(crossings: u64, rows_read: u64, rows_written: u64, alarms: u64) -> Costs {
    Costs {
        crossings,
        rows_read,
        rows_written,
        alarms,
    }
}

fn totals(world: &World) -> Value {
    let World::Workerd(workerd) = world else {
        unreachable!("it runs in workerd")
    };
    workerd.post("/costs", &json!(null))
}

fn of(world: &World, event: impl FnOnce()) -> Costs {
    let before = totals(world);
    event();
    let after = totals(world);
    let cost = |what: &str| after[what].as_u64().unwrap() - before[what].as_u64().unwrap();
    Costs {
        crossings: cost("crossings"),
        rows_read: cost("rowsRead"),
        rows_written: cost("rowsWritten"),
        alarms: cost("alarms"),
    }
}

#[test]
fn each_kind_of_event_costs_what_is_written_down() {
    let mut world = World::in_workerd("costs");
    let meter = world.object("METER", "a");
    let point = json!({"x": 0.5, "y": 1, "name": "p", "is_on": true});
    let points = json!([vec![point; 100]]);
    let ask = |method: &str, values: &Value| drop(meter.ask(method, values.clone()));
    let (nothing, first) = (json!([]), json!([1]));
    let calls = [
        // What it is, its arguments, and what it costs.
        ("nothing", &nothing, costs(0, 0, 0, 0)),
        ("points", &points, costs(1, 0, 0, 0)),
        ("item", &first, costs(2, 1, 0, 0)),
        ("store", &first, costs(1, 1, 1, 0)),
        ("increment", &nothing, costs(3, 1, 1, 0)),
        // The second call with its key.
        ("once", &first, costs(6, 1, 0, 0)),
    ];
    // Wakes the object, and has all code run once.
    ask("store", &first);
    calls
        .iter()
        .for_each(|(method, values, _)| ask(method, values));
    for (method, values, expected) in calls {
        assert_eq!(of(&world, || ask(method, values)), expected, "{method}");
    }
    for key in 2..20 {
        let first = of(&world, || ask("once", &json!([key])));
        assert!(first.crossings <= 14 && first.rows_read <= 9, "{first:?}");
        let rest = (first.rows_written, first.alarms);
        assert_eq!(rest, (1, 0), "the first call with its key");
    }
    assert_eq!(
        of(&world, || ask("schedule", &nothing)).alarms,
        1,
        "the first alarm"
    );
    // Beside it the object looks whether the platform still has its alarm, here for the first time.
    ask("schedule", &nothing);
    let scheduled = of(&world, || ask("schedule", &nothing));
    assert!(scheduled.crossings <= 15, "{scheduled:?}");
    let rest = (
        scheduled.rows_read,
        scheduled.rows_written,
        scheduled.alarms,
    );
    assert_eq!(rest, (4, 2, 0), "another alarm");
    let request = of(&world, || {
        assert_eq!(world.request("GET", "/meters/a", &[], "").status, 200);
    });
    assert_eq!(request, costs(5, 0, 0, 0), "a request, by the entry");

    let mut client = world.connect("/meters/a/ws");
    client.send_text("a");
    assert_eq!(client.receive(), Message::Text("a".to_owned()));
    let message = of(&world, || {
        client.send_text("b");
        assert_eq!(client.receive(), Message::Text("b".to_owned()));
    });
    assert_eq!(message, costs(2, 0, 0, 0), "a message and its answer");
    drop(client);

    let meter = world.object("METER", "a");
    let run = |what: &str| {
        let before = meter.ask("count", json!([]));
        meter.ask(what, json!([]));
        let mut looks = 1;
        world.until("the alarm has run", || {
            looks += 1;
            meter.ask("count", json!([])) != before
        });
        looks
    };
    run("schedule_now");
    let mut looks = 0;
    let mut ring = of(&world, || looks = run("schedule_now"));
    // A look at the count is a crossing, and how many it takes is chance.
    ring.crossings -= looks;
    assert_eq!(ring, costs(27, 10, 4, 3), "an alarm scheduled and run");

    world.crash();
    let wake = of(&world, || {
        world.object("METER", "a").ask("nothing", json!([]));
    });
    assert_eq!(wake, costs(29, 2, 0, 0), "a wake");
}

#[test]
fn a_chunk_of_a_stream_costs_a_row_however_many_follow() {
    let world = World::in_workerd("costs-streams");
    let teller = world.object("TELLER", "a");
    let ask = |method: &str, values: Value| drop(teller.ask(method, values));
    let say = || ask("say", json!(["words", ["x"]]));
    let follow = || {
        let mut client = world.connect("/tellers/a/ws?stream=words&from=3");
        assert_eq!(client.json(), "welcome");
        client
    };
    say();
    say();
    assert_eq!(of(&world, say), costs(3, 3, 1, 0), "nobody follows");
    let mut clients = vec![follow()];
    say();
    assert_eq!(of(&world, say), costs(6, 6, 1, 0), "one follows");
    clients.extend([follow(), follow(), follow()]);
    assert_eq!(of(&world, say), costs(9, 6, 1, 0), "four follow");
    for client in &mut clients {
        for cursor in 4..=6 {
            assert_eq!(client.json()["cursor"], cursor);
        }
    }
    drop(clients);
    let count = || ask("count", json!(["other", 100]));
    assert_eq!(
        of(&world, count),
        costs(7, 101, 101, 0),
        "a stream of a hundred"
    );
    assert_eq!(of(&world, count), costs(6, 102, 100, 0), "a hundred more");
    let read = |from: u64, limit: u64| of(&world, || ask("read", json!(["other", from, limit])));
    assert_eq!(read(50, 8), costs(4, 10, 0, 0), "a page");
    assert_eq!(read(0, 100), costs(7, 303, 0, 0), "a long page");
    let end = || ask("close", json!(["other"]));
    assert_eq!(of(&world, end), costs(6, 4, 1, 0), "the end");
}

/// What it costs that ten thousand tasks sleep: nothing, also when the object wakes.
#[test]
fn tasks_that_sleep_cost_a_wake_nothing() {
    const TASKS: u64 = 10_000;
    let mut world = World::in_workerd("costs-asleep");
    let wake = |world: &World, name: &str| {
        let woken = of(world, || {
            drop(world.object("LABOUR", name).ask("writes", json!([])))
        });
        (woken, crate::crowd::resident(world))
    };
    // An object with one task, to compare.
    world.object("LABOUR", "few").ask("start_many", json!([1]));
    let labour = world.object("LABOUR", "many");
    let begun = Instant::now();
    for _ in 0..TASKS / 1_000 {
        labour.ask("start_many", json!([1_000]));
    }
    let started = begun.elapsed();
    let asleep = |name: &str| {
        let asleep = "SELECT COUNT(*) FROM _actors_tasks WHERE state = 2";
        world.object("LABOUR", name).sql(asleep)[0][0].as_u64()
    };
    while asleep("many") < Some(TASKS) || asleep("few") < Some(1) {
        assert!(
            begun.elapsed() < Duration::from_secs(120),
            "{:?}",
            asleep("many")
        );
        world.pass(Duration::from_millis(100));
    }
    let slept = begun.elapsed();
    world.crash();
    let (few, before) = wake(&world, "few");
    let (many, after) = wake(&world, "many");
    println!(
        "started in {started:?}, asleep after {slept:?}; a wake beside one: {few:?}, beside all: \
         {many:?}; {} KiB more",
        after.saturating_sub(before) >> 10
    );
    assert_eq!(many.rows_read, few.rows_read);
    assert_eq!((many.rows_written, many.alarms), (0, 0));
    let labour = world.object("LABOUR", "many");
    let resumed = of(&world, || {
        labour.ring_now(
            "UPDATE _actors_journal SET due = 0 WHERE task = 77; \
             UPDATE _actors_alarms SET due = 0 WHERE id = 77",
        );
        world.pass(Duration::from_secs(1));
    });
    let state = labour.sql("SELECT state FROM _actors_tasks WHERE id = 77");
    assert_eq!(state, json!([[3]]), "it waits for its event");
    println!("one goes on: {resumed:?}");
    // Two of the rows that are written here are those that the test has changed.
    assert!(
        resumed.rows_read <= 14 && resumed.rows_written <= 6,
        "{resumed:?}"
    );
}
