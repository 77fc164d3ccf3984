//! Many alarms over the one of an object.

use serde_json::json;

use crate::world::on_both;

on_both! {
    fn alarms_run_in_the_order_of_their_times(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        clockwork.ask("set", json!(["late", 300, null]));
        clockwork.ask("set", json!(["soon", 100, null]));
        clockwork.ask("set", json!(["at once", 0, null]));
        world.until("all have rung", || {
            clockwork.ask("rung", json!([])) == json!(["at once", "soon", "late"])
        });
        world.until("none is left", || clockwork.alarm().is_none());
    }

    fn an_alarm_takes_the_place_of_the_one_with_its_key(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        clockwork.ask("set", json!(["never", 60_000, "k"]));
        let first = clockwork.alarm().unwrap();
        clockwork.ask("set", json!(["instead", 0, "k"]));
        assert!(clockwork.alarm().is_none_or(|alarm| alarm < first));
        world.until("it has rung", || {
            clockwork.ask("rung", json!([])) == json!(["instead"])
        });
        world.until("none is left", || clockwork.alarm().is_none());
    }

    fn cancel_says_truthfully_what_it_found(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        assert_eq!(
            clockwork.ask("cancel", json!([])),
            json!([true, false, true, false])
        );
        assert_eq!(clockwork.alarm(), None);
    }

    fn an_async_handler_runs_with_its_arguments(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        clockwork.ask("set_async", json!(["slow"]));
        world.until("it has rung", || {
            clockwork.ask("rung", json!([])) == json!(["slow7"])
        });
        world.until("none is left", || clockwork.alarm().is_none());
    }

    fn an_alarm_survives_a_crash(world) {
        world
            .object("CLOCKWORK", "a")
            .ask("set", json!(["later", 1_500, null]));
        world.crash();
        let clockwork = world.object("CLOCKWORK", "a");
        world.until("it has rung", || {
            clockwork.ask("rung", json!([])) == json!(["later"])
        });
    }

    fn an_alarm_that_fails_is_tried_again_then_set_aside_and_holds_up_nobody(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        clockwork.ask("set_failing", json!([]));
        clockwork.ask("set", json!(["other", 0, null]));
        world.until("the other has rung", || {
            clockwork.ask("rung", json!([])) == json!(["other"])
        });
        let row = "SELECT attempts, error, due IS NULL FROM _actors_alarms";
        for attempts in 1..5 {
            world.until("it has failed", || {
                clockwork.sql(row) == json!([[attempts, "as always", 0]])
            });
            clockwork.ring_now("UPDATE _actors_alarms SET due = 0");
        }
        world.until("it is set aside", || {
            clockwork.sql(row) == json!([[5, "as always", 1]])
        });
        world.until("the object sleeps", || clockwork.alarm().is_none());
        assert_eq!(
            clockwork.ask("rung", json!([])),
            json!(["other"]),
            "each failure was undone"
        );
    }
}
