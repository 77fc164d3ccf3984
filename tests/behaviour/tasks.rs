//! Durable tasks.

use actors_core::Duration;
use serde_json::json;

use crate::world::{Object, World, on_both};

/// Lets the alarms of a sleeping task ring now.
fn wake_up(labour: &Object<'_>) {
    labour.ring_now("UPDATE _actors_journal SET due = 0 WHERE done IS NULL AND due IS NOT NULL; UPDATE _actors_alarms SET due = 0");
}

on_both! {
    fn a_task_goes_on_after_its_process_is_lost(world) {
        let labour = world.object("LABOUR", "a");
        let id = labour.ask("begin", json!([["a", "b"], null]));
        world.until("it sleeps", || labour.ask("state", json!([id])) == json!("asleep"));
        assert_eq!(labour.ask("deeds", json!([])), json!(["plan", "a", "b"]));
        world.crash();
        let labour = world.object("LABOUR", "a");
        wake_up(&labour);
        world.until("it waits", || labour.ask("state", json!([id])) == json!("awaits review"));
        world.crash();
        let labour = world.object("LABOUR", "a");
        labour.ask("signal", json!([id, "review", "fine"]));
        world.until("it is done", || {
            labour.ask("state", json!([id])) == json!("done a b: fine")
        });
        assert_eq!(labour.ask("deeds", json!([])), json!(["plan", "a", "b"]));
        world.until("none is left", || labour.alarm().is_none());
    }
}

#[test]
fn scratch() {
    let world = World::native();
    let labour = world.object("LABOUR", "a");
    let id = labour.ask("begin", json!([["a", "b"], null]));
    eprintln!("{}", labour.ask("state", json!([id])));
    world.pass(Duration::from_secs(1));
    eprintln!("{}", labour.ask("state", json!([id])));
    eprintln!("{}", labour.sql("SELECT * FROM _actors_journal"));
    eprintln!("{}", labour.sql("SELECT * FROM _actors_alarms"));
    world.pass(Duration::from_secs(400));
    eprintln!("{}", labour.ask("state", json!([id])));
    labour.ask("signal", json!([id, "review", "fine"]));
    world.pass(Duration::from_secs(1));
    eprintln!("{}", labour.ask("state", json!([id])));
    eprintln!("{}", labour.ask("deeds", json!([])));
    let id = labour.ask("begin_apart", json!([["a", "b"]]));
    labour.ask("signal", json!([id, "review", "fine"]));
    world.pass(Duration::from_secs(400));
    eprintln!("{}", labour.ask("state", json!([id])));
    eprintln!("{}", labour.ask("deeds", json!([])));
    eprintln!("{}", labour.ask("writes", json!([])));
}
