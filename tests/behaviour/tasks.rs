//! Durable tasks.

use actors_core::Duration;
use serde_json::{Value, json};

use crate::world::{Object, World, on_both};

/// Starts a task of that name.
fn start(labour: &Object<'_>, name: &str, number: u32) -> Value {
    labour.ask("start", json!([name, number]))
}

fn state(labour: &Object<'_>, id: &Value) -> String {
    let state = labour.ask("state", json!([id]));
    state.as_str().expect("a text").to_owned()
}

fn deeds(labour: &Object<'_>) -> Value {
    labour.ask("deeds", json!([]))
}

fn signal(labour: &Object<'_>, id: &Value, name: &str, value: &str) {
    labour.ask("signal", json!([id, name, value]));
}

#[track_caller]
fn comes_to(world: &World, labour: &Object<'_>, id: &Value, wanted: &str) {
    for _ in 0..400 {
        if state(labour, id).starts_with(wanted) {
            return;
        }
        world.pass(Duration::from_millis(25));
    }
    let log = world.log().unwrap_or_default();
    panic!("it is not `{wanted}` but `{}`\n{log}", state(labour, id));
}

/// Ends all sleeps of tasks that are not in memory.
fn end_sleeps(labour: &Object<'_>) {
    labour.ring_now(
        "UPDATE _actors_journal SET due = 0 WHERE done IS NULL AND due IS NOT NULL; \
         UPDATE _actors_alarms SET due = 0",
    );
}

fn rows(labour: &Object<'_>) -> Value {
    labour.sql(
        "SELECT (SELECT COUNT(*) FROM _actors_tasks), (SELECT COUNT(*) FROM _actors_journal), \
         (SELECT COUNT(*) FROM _actors_signals), (SELECT COUNT(*) FROM _actors_alarms)",
    )
}

on_both! {
    fn a_task_goes_on_after_its_process_is_lost(world) {
        let labour = world.object("LABOUR", "a");
        let id = labour.ask("begin", json!([["a", "b"], null]));
        comes_to(&world, &labour, &id, "asleep");
        assert_eq!(deeds(&labour), json!(["plan", "a", "b"]));
        world.crash();
        let labour = world.object("LABOUR", "a");
        end_sleeps(&labour);
        comes_to(&world, &labour, &id, "awaits review");
        world.until("it needs no alarm", || labour.alarm().is_none());
        world.crash();
        let labour = world.object("LABOUR", "a");
        signal(&labour, &id, "review", "fine");
        comes_to(&world, &labour, &id, "done a b: fine");
        assert_eq!(deeds(&labour), json!(["plan", "a", "b"]));
        world.until("none is left", || labour.alarm().is_none());
        assert_eq!(rows(&labour), json!([[1, 0, 0, 0]]));
    }

    fn one_without_a_receiver_changes_the_actor_in_moments(world) {
        let labour = world.object("LABOUR", "a");
        let id = start(&labour, "apart", 0);
        comes_to(&world, &labour, &id, "asleep");
        assert_eq!(deeds(&labour), json!(["plan", "a", "b"]));
        assert_eq!(labour.ask("writes", json!([])), json!(2));
        signal(&labour, &id, "review", "early");
        world.crash();
        let labour = world.object("LABOUR", "a");
        end_sleeps(&labour);
        comes_to(&world, &labour, &id, "done a b: early");
        assert_eq!(labour.ask("writes", json!([])), json!(2));
        assert_eq!(deeds(&labour), json!(["plan", "a", "b"]));
    }

    fn a_task_is_started_with_its_turn_and_once_for_its_key(world) {
        let labour = world.object("LABOUR", "a");
        assert_eq!(labour.refuse("start_and_fail", json!([])).message, "on purpose");
        let id = labour.ask("begin", json!([["a"], "k"]));
        assert_eq!(labour.ask("begin", json!([["b"], "k"])), id);
        assert_eq!(labour.ask("by_key", json!(["k"])), id);
        comes_to(&world, &labour, &id, "asleep");
        assert_eq!(labour.ask("begin", json!([["b"], "k"])), id);
        assert_eq!(deeds(&labour), json!(["plan", "a"]));
        assert_eq!(labour.ask("alarms", json!([])), json!(0), "its alarm is not the user's");
    }

    fn a_step_is_retried_and_its_last_error_is_kept(world) {
        let labour = world.object("LABOUR", "a");
        let id = start(&labour, "flaky", 2);
        comes_to(&world, &labour, &id, "retrying 1 on purpose");
        comes_to(&world, &labour, &id, "done at 3");
        let id = start(&labour, "flaky", 3);
        comes_to(&world, &labour, &id, "failed on purpose");
        let id = start(&labour, "final", 3);
        comes_to(&world, &labour, &id, "failed on purpose");
        let tries = |count: u32| (1..=count).map(|n| json!(format!("attempt {n}")));
        let mut expected: Vec<Value> = tries(3).chain(tries(3)).collect();
        expected.push(json!("compensated"));
        expected.extend(tries(1).chain([json!("compensated")]));
        assert_eq!(deeds(&labour), json!(expected));
    }

    fn steps_beside_each_other_are_replayed_in_their_order(world) {
        let labour = world.object("LABOUR", "a");
        let id = start(&labour, "beside", 0);
        world.until("the second line is done", || {
            deeds(&labour) == json!(["a0", "b0", "b1"])
        });
        labour.ask("open", json!([]));
        comes_to(&world, &labour, &id, "asleep");
        world.crash();
        let labour = world.object("LABOUR", "a");
        end_sleeps(&labour);
        comes_to(&world, &labour, &id, "done b0 b1 a0 a1");
        assert_eq!(deeds(&labour), json!(["a0", "b0", "b1", "a1"]));
    }

    fn a_step_that_was_under_way_runs_again(world) {
        let labour = world.object("LABOUR", "a");
        let id = start(&labour, "beside", 0);
        world.until("the second line is done", || {
            deeds(&labour) == json!(["a0", "b0", "b1"])
        });
        world.crash();
        let labour = world.object("LABOUR", "a");
        labour.ask("open", json!([]));
        comes_to(&world, &labour, &id, "asleep");
        assert_eq!(deeds(&labour), json!(["a0", "b0", "b1", "a0", "a1"]));
        end_sleeps(&labour);
        comes_to(&world, &labour, &id, "done b0 b1 a0 a1");
    }

    fn an_event_is_given_up_in_time_or_comes(world) {
        let labour = world.object("LABOUR", "a");
        let (late, early) = (start(&labour, "hurried", 0), start(&labour, "hurried", 0));
        signal(&labour, &early, "review", "here");
        comes_to(&world, &labour, &early, "done here");
        comes_to(&world, &labour, &late, "done none");
        let failure = labour.refuse("signal", json!([late, "review", "too late"]));
        assert_eq!(failure.name, "NotFound");
    }

    fn a_cancelled_task_cleans_up_even_after_a_crash(world) {
        let labour = world.object("LABOUR", "a");
        let id = start(&labour, "reserve", 0);
        comes_to(&world, &labour, &id, "awaits never");
        assert_eq!(labour.ask("cancel", json!([id])), json!(true));
        comes_to(&world, &labour, &id, "asleep");
        world.crash();
        let labour = world.object("LABOUR", "a");
        end_sleeps(&labour);
        comes_to(&world, &labour, &id, "cancelled");
        assert_eq!(deeds(&labour), json!(["reserved", "released"]));
        assert_eq!(labour.ask("cancel", json!([id])), json!(false));
        assert_eq!(rows(&labour), json!([[1, 0, 0, 0]]));
    }

    fn a_step_under_way_is_dropped_when_its_task_is_cancelled(world) {
        let labour = world.object("LABOUR", "a");
        let id = start(&labour, "held", 1);
        comes_to(&world, &labour, &id, "running");
        assert_eq!(labour.ask("cancel", json!([id])), json!(true));
        comes_to(&world, &labour, &id, "cancelled");
        assert_eq!(deeds(&labour), json!([]));
    }

    fn turns_run_while_a_task_without_a_receiver_waits(world) {
        let labour = world.object("LABOUR", "a");
        let id = start(&labour, "held", 1);
        comes_to(&world, &labour, &id, "running");
        labour.ask("alone", json!([]));
        labour.ask("open", json!([]));
        comes_to(&world, &labour, &id, "done held");
        assert_eq!(deeds(&labour), json!(["alone", "waited"]));
    }

    fn only_so_many_run_at_once_and_others_are_not_held_up(world) {
        let labour = world.object("LABOUR", "a");
        let ids: Vec<Value> = (0..5).map(|n| start(&labour, "bounded", n)).collect();
        world.until("two have begun", || deeds(&labour) == json!(["0", "1"]));
        labour.ask("schedule", json!([]));
        world.until("the alarm has rung", || deeds(&labour) == json!(["0", "1", "rung"]));
        assert_eq!(state(&labour, &ids[2]), "queued");
        labour.ask("open", json!([]));
        for (n, id) in ids.iter().enumerate() {
            comes_to(&world, &labour, id, &format!("done {n}"));
        }
        assert_eq!(deeds(&labour), json!(["0", "1", "rung", "2", "3", "4"]));
        assert_eq!(labour.ask("done", json!([])), json!(ids));
    }

    fn another_order_is_told_apart_and_mended(world) {
        let labour = world.object("LABOUR", "a");
        let id = start(&labour, "reordered", 0);
        comes_to(&world, &labour, &id, "awaits go");
        labour.ask("set_order", json!([1]));
        signal(&labour, &id, "go", "");
        comes_to(&world, &labour, &id, "set aside");
        assert!(
            state(&labour, &id).contains("expected `first` as step 1, the code now runs `second`"),
            "{}",
            state(&labour, &id)
        );
        assert_eq!(deeds(&labour), json!(["first", "second"]));
        labour.ask("set_order", json!([2]));
        assert_eq!(labour.ask("retry", json!([id])), json!(true));
        world.until("it has gone on", || deeds(&labour) == json!(["first", "second", "third"]));
        comes_to(&world, &labour, &id, "awaits go");
        labour.ask("set_order", json!([3]));
        signal(&labour, &id, "go", "");
        comes_to(&world, &labour, &id, "set aside");
        assert!(
            state(&labour, &id).contains("expected `third` as step 4, the code now has returned"),
            "{}",
            state(&labour, &id)
        );
        assert_eq!(labour.ask("discard", json!([id])), json!(true));
        assert_eq!(state(&labour, &id), "gone");
        assert_eq!(rows(&labour), json!([[0, 0, 0, 0]]));
    }

    fn what_is_of_another_type_is_named(world) {
        let labour = world.object("LABOUR", "a");
        let id = start(&labour, "retyped", 0);
        comes_to(&world, &labour, &id, "awaits go");
        labour.ask("set_order", json!([1]));
        signal(&labour, &id, "go", "a text");
        comes_to(&world, &labour, &id, "set aside");
        let misfit = state(&labour, &id);
        assert!(misfit.contains("something else of `count` than its code expects"), "{misfit}");
        labour.ask("set_order", json!([0]));
        assert_eq!(labour.ask("retry", json!([id])), json!(true));
        comes_to(&world, &labour, &id, "failed");
        let failure = state(&labour, &id);
        assert!(failure.contains("the signal `go` is of another type"), "{failure}");
    }

    fn a_write_that_fails_is_undone_and_its_error_is_replayed(world) {
        let labour = world.object("LABOUR", "a");
        let id = start(&labour, "failing_write", 0);
        comes_to(&world, &labour, &id, "asleep");
        assert_eq!(deeds(&labour), json!([]));
        world.crash();
        let labour = world.object("LABOUR", "a");
        end_sleeps(&labour);
        comes_to(&world, &labour, &id, "done on purpose");
        assert_eq!(labour.ask("writes", json!([])), json!(0));
    }

    fn progress_is_stored_and_heard(world) {
        let labour = world.object("LABOUR", "a");
        let id = start(&labour, "reporting", 0);
        comes_to(&world, &labour, &id, "awaits go");
        assert_eq!(labour.ask("progress", json!([id])), json!(1));
        let mut follower = world.connect(&format!("/labours/a/ws?{id}"));
        signal(&labour, &id, "go", "");
        world.until("it has gone on", || labour.ask("progress", json!([id])) == json!(2));
        assert_eq!(follower.json(), json!({"type": "task", "id": id, "progress": 2}));
        signal(&labour, &id, "go", "");
        comes_to(&world, &labour, &id, "done reported");
        assert_eq!(follower.json(), json!({"type": "task", "id": id, "state": "done"}));
    }

    fn a_task_that_panics_is_set_aside_and_goes_on(world) {
        let labour = world.object("LABOUR", "a");
        let id = start(&labour, "panics", 0);
        world.until("it has failed once", || {
            let state = labour.call("state", json!([id]));
            state.is_ok_and(|state| state.as_str().unwrap().starts_with("retrying 1"))
        });
        world.until("it is set aside", || {
            let state = labour.call("state", json!([id]));
            state.is_ok_and(|state| state.as_str().unwrap().starts_with("set aside"))
        });
        labour.ask("set_order", json!([1]));
        assert_eq!(labour.ask("retry", json!([id])), json!(true));
        comes_to(&world, &labour, &id, "done calm");
        assert_eq!(deeds(&labour), json!(["before"]));
    }

    fn a_result_is_kept_for_its_time(world) {
        let labour = world.object("LABOUR", "a");
        let id = start(&labour, "short", 0);
        comes_to(&world, &labour, &id, "done short");
        comes_to(&world, &labour, &id, "gone");
        assert_eq!(rows(&labour), json!([[1, 0, 0, 0]]));
        let other = start(&labour, "short", 0);
        comes_to(&world, &labour, &other, "done short");
        assert_eq!(rows(&labour), json!([[1, 0, 0, 0]]));
    }

    fn a_task_that_appends_without_end_fails(world) {
        let labour = world.object("LABOUR", "a");
        let id = start(&labour, "endless", 400_000);
        comes_to(&world, &labour, &id, "failed the journal of the task `endless` is full, with 40");
        assert_eq!(rows(&labour), json!([[1, 0, 0, 0]]));
    }

    fn a_deployment_with_another_order_is_told_apart_and_mended(world) {
        world.open_version(14);
        let deployed = world.object("VERSIONS", "a");
        let id = deployed.ask("start", json!([]));
        comes_to(&world, &deployed, &id, "awaits go");
        world.open_version(15);
        let deployed = world.object("VERSIONS", "a");
        deployed.ask("go", json!([id]));
        comes_to(&world, &deployed, &id, "set aside");
        let error = state(&deployed, &id);
        assert!(error.contains("expected `pack` as step 1, the code now runs `weigh`"), "{error}");
        world.open_version(16);
        let deployed = world.object("VERSIONS", "a");
        assert_eq!(deployed.ask("retry", json!([id])), json!(true));
        comes_to(&world, &deployed, &id, "done not weighed, packed, sent");
    }

    fn a_newer_version_takes_over_and_a_rollback_waits_for_it(world) {
        world.open_version(14);
        let old = world.object("VERSIONS", "a").ask("start", json!([]));
        comes_to(&world, &world.object("VERSIONS", "a"), &old, "awaits go");
        world.open_version(16);
        let deployed = world.object("VERSIONS", "a");
        let new = deployed.ask("start", json!([]));
        comes_to(&world, &deployed, &new, "awaits go");
        deployed.ask("go", json!([old]));
        comes_to(&world, &deployed, &old, "done not weighed, packed, sent");
        world.open_version(14);
        let deployed = world.object("VERSIONS", "a");
        deployed.ask("go", json!([new]));
        comes_to(&world, &deployed, &new, "set aside");
        let error = state(&deployed, &new);
        assert!(error.contains("expected `weigh` as step 1, the code now runs `pack`"), "{error}");
        world.open_version(16);
        let deployed = world.object("VERSIONS", "a");
        assert_eq!(deployed.ask("retry", json!([new])), json!(true));
        comes_to(&world, &deployed, &new, "done weighed, packed, sent");
    }

    fn no_signal_is_lost_by_an_event_that_is_given_up(world) {
        let labour = world.object("LABOUR", "a");
        let early = start(&labour, "either", 0);
        labour.ask("signal_all", json!([early, ["b", "a"]]));
        let late = start(&labour, "either", 0);
        comes_to(&world, &labour, &late, "awaits");
        labour.ask("signal_all", json!([late, ["b", "a"]]));
        comes_to(&world, &labour, &early, "done a b");
        comes_to(&world, &labour, &late, "done a b");
    }

    fn a_step_that_is_given_up_leaves_no_trace(world) {
        let labour = world.object("LABOUR", "a");
        let id = start(&labour, "impatient", 0);
        comes_to(&world, &labour, &id, "running");
        signal(&labour, &id, "go", "gone");
        comes_to(&world, &labour, &id, "asleep");
        world.crash();
        let labour = world.object("LABOUR", "a");
        end_sleeps(&labour);
        comes_to(&world, &labour, &id, "done gone");
        assert_eq!(deeds(&labour), json!(["gone"]));
    }

    fn what_a_journal_can_not_keep_is_refused_and_what_it_keeps_is_what_was(world) {
        let labour = world.object("LABOUR", "a");
        let nested = start(&labour, "nested", 0);
        comes_to(&world, &labour, &nested, "set aside `inner` has begun within another step");
        let long = start(&labour, "long_name", 2_000_000);
        comes_to(&world, &labour, &long, "set aside the name `long[xxx");
        let (verbose, large) = (start(&labour, "verbose", 0), start(&labour, "large", 1_500_000));
        comes_to(&world, &labour, &verbose, "asleep");
        comes_to(&world, &labour, &large, "asleep");
        world.crash();
        let labour = world.object("LABOUR", "a");
        end_sleeps(&labour);
        comes_to(&world, &labour, &verbose, "failed 10000 false, 10000 falsexxx");
        comes_to(&world, &labour, &large, "done xxx");
        assert_eq!(state(&labour, &large).len(), "done ".len() + 1_499_998);
        let larger = start(&labour, "large", 1_500_001);
        comes_to(&world, &labour, &larger, "failed the step of the task");
    }

    fn a_panic_in_a_step_or_a_write_undoes_it(world) {
        let labour = world.object("LABOUR", "a");
        let ids = [start(&labour, "breaks", 0), start(&labour, "breaks", 2)];
        for id in &ids {
            world.until("it is set aside", || {
                let state = labour.call("state", json!([id]));
                state.is_ok_and(|state| state.as_str().unwrap().starts_with("set aside"))
            });
        }
        assert_eq!((deeds(&labour), labour.ask("writes", json!([]))), (json!([]), json!(0)));
        labour.ask("set_order", json!([1]));
        for id in &ids {
            assert_eq!(labour.ask("retry", json!([id])), json!(true));
            comes_to(&world, &labour, id, "done calm");
        }
        assert_eq!(deeds(&labour), json!(["written", "written"]));
        assert_eq!(labour.ask("writes", json!([])), json!(2));
    }

    fn a_task_is_cancelled_in_whatever_state_it_is(world) {
        let labour = world.object("LABOUR", "a");
        let cancel = |id: &Value| labour.ask("cancel", json!([id]));
        let waits = [
            (start(&labour, "sleepy", 0), "asleep"),
            (start(&labour, "flaky", 3), "retrying"),
            (start(&labour, "reporting", 0), "awaits"),
        ];
        for (id, state) in &waits {
            comes_to(&world, &labour, id, state);
            assert_eq!(cancel(id), json!(true), "{state}");
            comes_to(&world, &labour, id, "cancelled");
            assert_eq!(cancel(id), json!(false), "{state}");
        }
        let (first, second) = (start(&labour, "bounded", 0), start(&labour, "bounded", 1));
        let third = start(&labour, "bounded", 2);
        comes_to(&world, &labour, &second, "running");
        assert_eq!(state(&labour, &third), "queued");
        assert_eq!(cancel(&third), json!(true));
        labour.ask("open", json!([]));
        comes_to(&world, &labour, &first, "done 0");
        comes_to(&world, &labour, &third, "cancelled");
        let broken = start(&labour, "breaks", 0);
        world.until("it is set aside", || {
            let state = labour.call("state", json!([broken]));
            state.is_ok_and(|state| state.as_str().unwrap().starts_with("set aside"))
        });
        assert_eq!(cancel(&broken), json!(true));
        comes_to(&world, &labour, &broken, "cancelled");
        world.until("no alarm is left", || labour.alarm().is_none());
    }

    fn two_of_a_key_are_undone_with_their_turn(world) {
        let labour = world.object("LABOUR", "a");
        for key in ["k", "\u{0}'\u{10ffff}"] {
            assert_eq!(labour.refuse("start_two_and_fail", json!([key])).message, "on purpose");
            assert!(!labour.ask("by_key", json!([key])).is_number());
            let id = labour.ask("begin", json!([["a"], key]));
            assert_eq!(labour.ask("by_key", json!([key])), id);
        }
    }

    fn destroy_ends_its_tasks(world) {
        let labour = world.object("LABOUR", "a");
        let sleeping = start(&labour, "flaky", 2);
        let (held, lingering) = (start(&labour, "held", 1), start(&labour, "lingering", 0));
        comes_to(&world, &labour, &held, "running");
        comes_to(&world, &labour, &lingering, "running");
        comes_to(&world, &labour, &sleeping, "retrying");
        labour.ask("end", json!([]));
        world.until("it is gone", || state(&labour, &held) == "gone");
        world.pass(Duration::from_millis(200));
        assert_eq!(deeds(&labour), json!([]), "none of them touches what comes after");
        world.until("no alarm is left", || labour.alarm().is_none());
    }
}

#[test]
fn a_task_leaves_memory_before_its_ring_is_ended() {
    let world = World::native();
    let labour = world.object("LABOUR", "a");
    let id = start(&labour, "held", 2);
    world.pass(Duration::from_secs(6 * 60));
    let (_, before) = labour.alarm_counts();
    labour.ask("open", json!([]));
    comes_to(&world, &labour, &id, "done held");
    let (_, after) = labour.alarm_counts();
    assert!(after > before, "the second step is of another ring");
}

#[test]
fn a_step_and_a_task_have_their_limits() {
    let world = World::native();
    let labour = world.object("LABOUR", "a");
    let id = start(&labour, "held", 1);
    world.pass(Duration::from_secs(9 * 60 + 1));
    comes_to(
        &world,
        &labour,
        &id,
        "retrying 1 `wait[0]` has taken longer",
    );
    world.pass(Duration::from_secs(22 * 60));
    comes_to(
        &world,
        &labour,
        &id,
        "failed the task `held` has reached its limit",
    );
}

/// Natively the end of the stack is that of the test.
#[test]
fn a_task_that_traps_is_set_aside_and_others_go_on() {
    let world = World::in_workerd("tasks-trap");
    let labour = world.object("LABOUR", "a");
    let (other, id) = (start(&labour, "sleepy", 0), start(&labour, "breaks", 1));
    world.until("it is set aside", || {
        let state = labour.call("state", json!([id]));
        state.is_ok_and(|state| state.as_str().unwrap().starts_with("set aside"))
    });
    labour.ask("set_order", json!([1]));
    assert_eq!(labour.ask("retry", json!([id])), json!(true));
    comes_to(&world, &labour, &id, "done calm");
    end_sleeps(&labour);
    comes_to(&world, &labour, &other, "awaits review");
}

#[test]
fn an_alarm_is_not_held_up_by_a_thousand_tasks() {
    let world = World::native();
    let labour = world.object("LABOUR", "a");
    let ids: Vec<Value> = (0..1_000).map(|n| start(&labour, "bounded", n)).collect();
    labour.ask("schedule", json!([]));
    world.pass(Duration::from_millis(1));
    assert_eq!(deeds(&labour), json!(["0", "1", "rung"]));
    labour.ask("open", json!([]));
    world.pass(Duration::from_secs(1));
    let ran: Vec<String> = (2..1_000).map(|n: u32| n.to_string()).collect();
    let deeds = deeds(&labour);
    assert_eq!(
        json!(deeds.as_array().expect("a list")[3..]),
        json!(ran),
        "first come, first served"
    );
    assert_eq!(state(&labour, &ids[999]), "done 999");
}

#[test]
fn so_many_signals_wait_for_a_task() {
    let world = World::native();
    let labour = world.object("LABOUR", "a");
    let id = start(&labour, "hurried", 0);
    signal(&labour, &id, "never", "");
    signal(&labour, &id, "nor", "that");
    labour.sql("UPDATE _actors_signals SET number = 5000 WHERE name = 'nor'");
    for _ in 2..1_000 {
        signal(&labour, &id, "nor", "that");
    }
    assert_eq!(
        labour.refuse("signal", json!([id, "nor", "that"])).name,
        "Overloaded"
    );
    let long = labour.refuse("signal", json!([id, "x".repeat(2_000), "y"]));
    assert_eq!(long.name, "InvalidArgument");
}

#[test]
fn a_journal_has_so_many_entries() {
    let world = World::native();
    let labour = world.object("LABOUR", "a");
    let id = start(&labour, "endless", 0);
    comes_to(
        &world,
        &labour,
        &id,
        "failed the journal of the task `endless` is full, with 10000",
    );
}

#[test]
fn a_start_costs_three_rows_and_a_step_one() {
    let world = World::in_workerd("tasks-costs");
    let labour = world.object("LABOUR", "a");
    assert_eq!(labour.ask("start_costs", json!([])), json!([3, 4]));
    let id = start(&labour, "counted", 0);
    comes_to(&world, &labour, &id, "done 10 10");
}

#[test]
fn ten_thousand_tasks_sleep() {
    let world = World::native();
    let labour = world.object("LABOUR", "a");
    for _ in 0..10 {
        labour.ask("start_many", json!([1_000]));
    }
    world.pass(Duration::from_secs(1));
    let count = |state: u32| {
        labour.sql(&format!(
            "SELECT COUNT(*) FROM _actors_tasks WHERE state = {state}"
        ))
    };
    assert_eq!(count(2), json!([[10_000]]), "all sleep");
    world.hibernate();
    world.pass(Duration::from_secs(300));
    assert_eq!(count(3), json!([[10_000]]), "all wait for an event");
    assert_eq!(labour.alarm(), None);
}
