//! What each kind of event costs, counted in workerd: crossings from Wasm into JavaScript, rows
//! read and written, and settings of the object's own alarm. A change that makes one dearer
//! fails here; the documentation of [`Ctx`](actors_core::Ctx) says what users pay.

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
    let world = World::in_workerd("costs");
    let meter = world.object("METER", "a");
    let point = json!({"x": 0.5, "y": 1, "name": "p", "is_on": true});
    let points = json!([vec![point; 100]]);
    // Wakes the object, and has all code run once.
    meter.ask("store", json!([1]));
    meter.ask("increment", json!([]));
    meter.ask("points", points.clone());

    let cost = |method: &str, values: Value| of(&world, || drop(meter.ask(method, values)));
    assert_eq!(cost("nothing", json!([])), costs(0, 0, 0, 0), "a call");
    assert_eq!(
        cost("points", points),
        costs(1, 0, 0, 0),
        "100 objects there and back"
    );
    assert_eq!(cost("item", json!([1])), costs(5, 1, 0, 0), "a row is read");
    assert_eq!(
        cost("store", json!([1])),
        costs(2, 1, 1, 0),
        "a row is stored"
    );
    assert_eq!(
        cost("increment", json!([])),
        costs(3, 1, 1, 0),
        "a persisted field changes"
    );
    assert_eq!(
        cost("schedule", json!([])),
        costs(9, 4, 3, 1),
        "the first alarm is scheduled"
    );
    assert_eq!(
        cost("schedule", json!([])),
        costs(9, 4, 3, 0),
        "a later alarm is scheduled"
    );
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
    assert_eq!(message, costs(0, 0, 0, 0), "a message and its answer");
}
