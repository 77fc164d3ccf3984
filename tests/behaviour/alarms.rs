//! Many alarms over the one of an object.

use actors_core::Duration;
use serde_json::{Value, json};

use crate::world::{World, on_both};

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
    fn alarms_at_the_same_time_run_in_the_order_of_scheduling(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        let names: Vec<_> = (0..150).map(|n| n.to_string()).collect();
        clockwork.ask("set_together", json!([names]));
        world.until("all have rung", || clockwork.ask("rung", json!([])) == json!(names));
    }

    // workerd forgets an alarm that is set for the very time for which it rings.
    fn an_alarm_that_is_set_by_another_for_the_same_moment_runs(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        clockwork.ask("set_relay", json!([200]));
        world.until("the last has rung", || clockwork.ask("rung", json!([])) == json!(["the last"]));
    }

    fn an_alarm_for_now_or_the_past_is_armed(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        clockwork.ask("set_last", json!([]));
        assert_eq!(clockwork.alarm(), Some(9_223_372_036_854));
        clockwork.ask("set_extreme", json!([]));
        world.until("the one of long ago has rung", || {
            clockwork.ask("rung", json!([])) == json!(["beginning"])
        });
        world.until("the end of time is not yet", || {
            let next = clockwork.sql("SELECT MIN(due) FROM _actors_alarms");
            clockwork.alarm().map(|alarm| json!([[alarm]])) == Some(next)
        });
        assert_eq!(
            clockwork.sql("SELECT MAX(due) FROM _actors_alarms"),
            json!([[9_223_372_036_854_i64]])
        );
    }

    fn what_no_alarm_can_be_is_refused_and_leaves_nothing(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        for (what, words) in [
            ("late", "2262-04-11"),
            ("endless", "2262-04-11"),
            ("endless interval", "2262-04-11"),
            ("no key", "key can't be empty"),
            ("no interval", "at least a millisecond"),
            ("large", "2000004 bytes"),
            ("nan", "the arguments of the alarm `measure` can't be stored"),
        ] {
            let failure = clockwork.refuse("set_wrong", json!([what]));
            assert_eq!(failure.name, "InvalidArgument", "{what}");
            assert!(failure.message.contains(words), "{failure:?}");
        }
        for (cron, zone, words) in [
            ("0 0 30 2 *", None, "never matches a date"),
            ("61 * * * *", None, "`61 * * * *` is not a cron expression"),
            ("* * *", None, "`* * *` is not a cron expression"),
            ("0 0 * * *", Some("Europe/Brelin"), "`Europe/Brelin` is not a time zone"),
            ("0 0 * * *", Some("+01:00"), "is not a time zone"),
            ("0 0 * * *", Some(""), "is not a time zone"),
        ] {
            let failure = clockwork.refuse("set_cron", json!([cron, zone]));
            assert_eq!(failure.name, "InvalidArgument", "{cron}");
            assert!(failure.message.contains(words), "{failure:?}");
        }
        let tables = "SELECT COUNT(*) FROM sqlite_master WHERE name GLOB '_actors*'";
        assert_eq!(clockwork.sql(tables), json!([[0]]));
        assert_eq!(clockwork.alarm(), None);
    }

    fn get_and_list_show_the_alarms_that_are_asked_for(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        let near = clockwork.ask("set", json!(["near", 30_000, "k"]));
        let far = clockwork.ask("set", json!(["far", 900_000, null]));
        clockwork.ask("set_cron", json!(["0 0 1 1 *", "Asia/Kolkata"]));
        clockwork.ask("set_poison", json!([600_000, false]));
        clockwork.sql("UPDATE _actors_alarms SET due = NULL WHERE handler = 'poison'");
        assert_eq!(
            clockwork.ask("lists", json!([])),
            json!([
                ["poison", "near", "far", "cron"],
                ["near", "far", "cron"],
                ["far", "cron"],
                ["near"],
                ["near", "far"],
                ["poison"],
                ["near"],
                ["3"],
            ])
        );
        let seen = clockwork.ask("scheduled", json!([near]));
        assert_eq!((&seen["handler"], &seen["key"], &seen["state"]), (&json!("ring"), &json!("k"), &json!("Waiting")));
        assert_eq!(seen["due"].as_i64(), clockwork.alarm());
        assert_eq!(clockwork.ask("scheduled", json!([9_999])), json!({ "$": "undefined" }), "and no TypeError");
        assert_ne!(near, far);
        let failure = clockwork.refuse("list_wrong", json!([]));
        assert!(failure.message.contains("`rign`"), "{failure:?}");
    }

    fn scheduling_many_in_a_turn_sets_the_objects_alarm_once(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        clockwork.ask("rung", json!([]));
        let (before, _) = clockwork.alarm_counts();
        clockwork.ask("set_many", json!([1_000, 3_600_000]));
        assert_eq!(clockwork.alarm_counts().0 - before, 1);
        clockwork.ask("set", json!(["later", 9_999_999, null]));
        assert_eq!(clockwork.alarm_counts().0 - before, 1, "the earliest is the same");
        clockwork.ask("set", json!(["sooner", 1_800_000, "k"]));
        assert_eq!(clockwork.alarm_counts().0 - before, 2);
        assert_eq!(clockwork.ask("cancel", json!([])), json!([true, false, true, false]));
        assert_eq!(clockwork.alarm_counts().0 - before, 2, "theirs are later");
    }

    fn an_alarm_that_panics_holds_up_nobody_and_the_object_sleeps_in_the_end(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        let poison = clockwork.ask("set_poison", json!([150, false]));
        clockwork.ask("set_many", json!([100, 100]));
        let names: Vec<_> = (0..100).rev().map(|n| n.to_string()).collect();
        // The first of its waits alone is 50 ms, and those of the platform are seconds.
        let start = std::time::Instant::now();
        world.until("the hundred have rung", || clockwork.ask("rung", json!([])) == json!(names));
        assert!(start.elapsed() < std::time::Duration::from_secs(2));
        world.until("it is set aside", || clockwork.alarm().is_none());
        let failed = clockwork.ask("failed", json!([]));
        assert_eq!(failed[0]["id"], poison);
        assert_eq!((&failed[0]["attempts"], &failed[0]["state"]), (&json!(3), &json!("Failed")));
        assert!(failed[0]["error"].as_str().unwrap().contains("bitter"), "{failed}");
        // As many as had something to do, in 250 ms and the retries, and then no more.
        let (_, rings) = clockwork.alarm_counts();
        assert!(rings <= 110, "{rings}");
        world.pass(std::time::Duration::from_secs(3));
        assert_eq!(clockwork.alarm_counts().1, rings, "it sleeps");

        assert_eq!(clockwork.ask("retry", json!([poison])), true);
        assert_eq!(clockwork.ask("retry", json!([poison])), false, "it is not set aside now");
        assert_eq!(clockwork.ask("failed", json!([])), json!([]));
    }

    fn an_async_alarm_that_waits_holds_up_nobody(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        let lines = || clockwork.sql("SELECT line FROM reports ORDER BY rowid");
        // Late enough for all that comes before it, on a busy machine.
        clockwork.ask("set_chime", json!(["later", 3000]));
        clockwork.ask("set_held", json!([]));
        world.until("it waits", || lines() == json!([["held"]]));
        clockwork.ask("set_chime", json!(["at once", 0]));
        world.until("the others have rung", || {
            lines() == json!([["held"], ["at once"], ["later"]])
        });
        clockwork.ask("release", json!([]));
        world.until("it has ended", || clockwork.alarm().is_none());
        assert_eq!(lines()[3], json!(["released"]));
    }

    fn an_async_alarm_is_not_blamed_for_the_end_of_the_process_at_first(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        clockwork.ask("set_held", json!([]));
        let state = "SELECT started, attempts, due IS NULL FROM _actors_alarms WHERE handler = 'hold'";
        for state_of_it in [
            json!([[1, 0, 0]]), // it was cut short
            json!([[2, 0, 0]]), // again, which might be by chance
            json!([[3, 0, 0]]), // now it runs alone
            json!([[3, 1, 0]]), // and after that failure once more
            json!([[2, 2, 1]]),
        ] {
            let clockwork = world.object("CLOCKWORK", "a");
            world.until("it waits", || clockwork.sql(state) == state_of_it);
            world.crash();
        }
        let clockwork = world.object("CLOCKWORK", "a");
        let failed = clockwork.ask("failed", json!([]));
        assert_eq!(failed[0]["error"], "the process was lost while it ran");
        assert_eq!(clockwork.ask("retry", json!([failed[0]["id"]])), true);
        world.until("it waits", || clockwork.sql(state) == json!([[3, 0, 0]]));
        clockwork.ask("release", json!([]));
        world.until("it has ended", || clockwork.sql(state) == json!([]));
    }

    fn an_async_alarm_that_panics_is_a_failure_too(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        clockwork.ask("set_poison", json!([0, true]));
        clockwork.ask("set", json!(["other", 0, null]));
        world.until("the other has rung", || clockwork.ask("rung", json!([])) == json!(["other"]));
        world.until("it is set aside", || {
            clockwork.ask("failed", json!([]))[0]["attempts"] == 3 && clockwork.alarm().is_none()
        });
        let failed = clockwork.ask("failed", json!([]));
        assert!(failed[0]["error"].as_str().unwrap().contains("bitter"), "{failed}");
    }

    fn a_handler_knows_at_which_try_of_what_it_is(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        let id = clockwork.ask("set_report", json!([]));
        let planned = clockwork.sql("SELECT planned FROM _actors_alarms")[0][0].clone();
        world.until("it has succeeded", || clockwork.alarm().is_none());
        let line = |attempt| json!([format!("{id}-{planned} {attempt} true")]);
        assert_eq!(
            clockwork.sql("SELECT line FROM reports ORDER BY rowid"),
            json!([line(1), line(2), line(3)])
        );
    }

    fn an_alarm_that_the_code_does_not_understand_is_set_aside_and_logged(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        clockwork.ask("set", json!(["unread", 60_000, null]));
        clockwork.ask("set", json!(["unknown", 60_000, null]));
        clockwork.ask("set", json!(["understood", 60_000, null]));
        clockwork.sql("UPDATE _actors_alarms SET payload = '[7, 8]' WHERE payload LIKE '%unread%'");
        clockwork.sql("UPDATE _actors_alarms SET handler = 'gone' WHERE payload LIKE '%unknown%'");
        clockwork.ring_now("UPDATE _actors_alarms SET due = 0");
        world.until("the other has rung", || {
            clockwork.ask("rung", json!([])) == json!(["understood"])
        });
        world.until("the object sleeps", || clockwork.alarm().is_none());
        let failed = clockwork.ask("failed", json!([]));
        let error = |index: usize| failed[index]["error"].as_str().unwrap().to_owned();
        assert!(error(0).contains("arguments that its handler does not take"), "{failed}");
        assert!(error(1).contains("there is no `#[alarm]` handler `gone`"), "{failed}");
        assert_eq!(failed[1]["attempts"], 1, "trying again is of no use");
        world.logs("alarm `gone`");
        world.logs("is set aside");
        // The code that understands it comes back.
        clockwork.sql("UPDATE _actors_alarms SET handler = 'ring' WHERE handler = 'gone'");
        assert_eq!(clockwork.ask("retry", json!([failed[1]["id"]])), true);
        world.until("it has rung", || {
            clockwork.ask("rung", json!([])) == json!(["understood", "unknown"])
        });
        assert_eq!(clockwork.ask("discard", json!([failed[0]["id"]])), true);
        assert_eq!(clockwork.ask("discard", json!([failed[0]["id"]])), false);
        assert_eq!(clockwork.ask("failed", json!([])), json!([]));
    }

    fn an_alarm_that_wakes_the_actor_finds_it_whole(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        clockwork.ask("set", json!(["first", 0, null]));
        world.until("it has rung", || clockwork.ask("rung", json!([])) == json!(["first"]));
        clockwork.ask("set_look_around", json!([700]));
        world.crash();
        let clockwork = world.object("CLOCKWORK", "a");
        let rung = || clockwork.sql("SELECT json_extract(state, '$.rung') FROM _actors");
        world.until("it has woken the actor", || {
            rung() == json!([["[\"first\",\"Some(\\\"a\\\") 1 true\"]"]])
        });
    }

    fn what_an_interval_missed_runs_once_and_then_its_grid_goes_on(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        let id = clockwork.ask("set_every", json!(["tick", 3_600_000]));
        let again = clockwork.ask("set_every", json!(["tick", 3_600_000]));
        assert_eq!(id, again, "it goes on");
        assert_eq!(clockwork.sql("SELECT COUNT(*) FROM _actors_alarms"), json!([[1]]));
        let due = || clockwork.sql("SELECT due FROM _actors_alarms")[0][0].as_i64().unwrap();
        let first = due();
        // Ten of its times have passed.
        clockwork.ring_now(&format!(
            "UPDATE _actors_alarms SET due = {0}, planned = {0}", first - 36_000_000
        ));
        world.until("it has rung", || clockwork.ask("rung", json!([])) == json!(["tick"]));
        world.until("it waits", || clockwork.alarm() == Some(due()));
        assert_eq!((due() - first) % 3_600_000, 0);
        assert!(due() <= first, "the next of them, which is not yet due");
        assert_eq!(clockwork.ask("cancel_key_of", json!(["interval"])), true);
        assert_eq!(clockwork.alarm(), None);
    }

    fn a_keyed_interval_that_is_scheduled_at_each_wake_goes_on(world) {
        let sundial = world.object("SUNDIAL", "a");
        // With something stored it begins to exist, and so do the alarms of its `#[on_init]`.
        sundial.ask("set", json!(["point", 360_000_000, {}]));
        let rows = "SELECT id, due, key, every, cron FROM _actors_alarms ORDER BY key";
        let before = sundial.sql(rows);
        assert_eq!(before.as_array().unwrap().len(), 4);
        let next = sundial.alarm();
        for _ in 0..3 {
            world.pass(Duration::from_millis(20));
            world.crash();
            let sundial = world.object("SUNDIAL", "a");
            sundial.ask("ticks", json!([]));
            assert_eq!(sundial.sql(rows), before, "it has not begun anew");
            assert_eq!(sundial.alarm(), next);
            assert_eq!(sundial.ask("written", json!([])), 0);
        }
        // Evicted before each ring, it rings all the same.
        for count in 1..=3 {
            let sundial = world.object("SUNDIAL", "a");
            sundial.sql("UPDATE _actors_alarms SET due = 1, planned = 1 WHERE key = 'every'");
            world.crash();
            let sundial = world.object("SUNDIAL", "a");
            let ticks = json!(vec!["every"; count]);
            world.until("it has rung", || sundial.ask("ticks", json!([])) == ticks);
        }
    }

    fn a_keyed_interval_begins_anew_if_anything_of_it_is_another(world) {
        let sundial = world.object("SUNDIAL", "a");
        let row = "SELECT id, due FROM _actors_alarms WHERE key = 'k'";
        let set = |what: &str, millis: u64, argument: Value| {
            sundial.ask("set", json!([what, millis, argument]));
            let row = sundial.sql(row);
            assert_eq!(row.as_array().unwrap().len(), 1);
            row[0].clone()
        };
        let map = json!({ "x": 1, "y": 2, "z": 3 });
        let first = set("point", 3_600_000, map.clone());
        world.pass(Duration::from_millis(20));
        assert_eq!(set("point", 3_600_000, map.clone()), first);
        let changed = [
            ("point", 7_200_000, map.clone()),
            ("point", 7_200_000, json!({ "x": 1, "y": 2, "z": 4 })),
            ("shine", 7_200_000, json!({})),
            ("cron", 0, json!({})),
            ("after", 3_600_000, map.clone()),
            ("point", 3_600_000, map.clone()),
        ];
        let mut before = first;
        for (what, millis, argument) in changed {
            let now = set(what, millis, argument);
            assert_ne!(now[0], before[0], "{what} {millis}");
            before = now;
        }
        // One that runs once is counted anew each time, as before.
        let before = set("after", 3_600_000, map.clone());
        world.pass(Duration::from_millis(20));
        let after = set("after", 3_600_000, map.clone());
        assert!(after[1].as_i64() > before[1].as_i64(), "{before} {after}");
        // One that was set aside does not go on.
        let before = set("point", 3_600_000, map.clone());
        sundial.sql("UPDATE _actors_alarms SET due = NULL WHERE key = 'k'");
        assert_ne!(set("point", 3_600_000, map)[0], before[0]);
    }

    fn an_interval_runs_again_and_again(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        clockwork.ask("set_every", json!(["tick", 60]));
        world.until("it has rung", || clockwork.ask("rung", json!([])).as_array().unwrap().len() >= 5);
    }

    fn declared_alarms_are_there_once_however_often_the_actor_wakes(world) {
        let metronome = world.object("METRONOME", "a");
        let rows = "SELECT id, handler, every, cron, zone, declared FROM _actors_alarms ORDER BY id";
        metronome.ask("begin", json!([]));
        let declared = json!([
            [1, "tick", 3_600_000, null, null, 1],
            [2, "strike", null, "30 2 * * *", "Europe/Berlin", 1],
        ]);
        assert_eq!(metronome.sql(rows), declared);
        for _ in 0..3 {
            world.crash();
            let metronome = world.object("METRONOME", "a");
            metronome.ask("ticks", json!([]));
            assert_eq!(metronome.sql(rows), declared);
        }
        // As other code has declared it.
        let metronome = world.object("METRONOME", "a");
        metronome.sql("UPDATE _actors_alarms SET every = 5000 WHERE id = 1");
        metronome.sql("INSERT INTO _actors_alarms (handler, payload, due, declared, cron) \
                       VALUES ('gone', 'null', 1, 1, '* * * * *')");
        metronome.sql("UPDATE _actors SET fingerprint = 0");
        world.crash();
        let metronome = world.object("METRONOME", "a");
        metronome.ask("ticks", json!([]));
        let handlers = "SELECT handler, every FROM _actors_alarms ORDER BY id";
        assert_eq!(metronome.sql(handlers), json!([["strike", null], ["tick", 3_600_000]]));
        world.until("what is gone does not ring", || metronome.ask("ticks", json!([])) == json!([]));
    }

    fn a_cron_alarm_runs_and_is_armed_again(world) {
        let metronome = world.object("METRONOME", "a");
        metronome.ask("begin", json!([]));
        let planned = 1_700_000_000_000_i64;
        for count in 1..=3 {
            metronome.ring_now(&format!(
                "UPDATE _actors_alarms SET due = {planned}, planned = {planned} WHERE cron IS NOT NULL"
            ));
            world.until("it has rung", || {
                let ticks = metronome.ask("ticks", json!([]));
                ticks == json!(vec![format!("strike {planned}"); count])
            });
            world.until("it is armed", || {
                let next = metronome.sql("SELECT MIN(due) FROM _actors_alarms");
                metronome.alarm().map(|alarm| json!([[alarm]])) == Some(next)
            });
        }
        let next = "SELECT strftime('%M', due / 1000, 'unixepoch') FROM _actors_alarms WHERE cron IS NOT NULL";
        assert_eq!(metronome.sql(next), json!([["30"]]));
    }

    fn a_destroyed_object_answers_and_leaves_nothing(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        clockwork.ask("set", json!(["later", 60_000, null]));
        let left = "SELECT COUNT(*) FROM sqlite_master WHERE name GLOB '_actors*' OR name = 'reports'";
        assert_eq!(clockwork.refuse("end_not", json!([])).message, "not today");
        assert_ne!(clockwork.sql(left), json!([[0]]));
        assert_eq!(clockwork.ask("end", json!([])), "bye");
        world.until("nothing is left", || clockwork.sql(left) == json!([[0]]));
        assert_eq!(clockwork.alarm(), None);
        assert_eq!(clockwork.ask("rung", json!([])), json!([]), "it is a new object");
        assert_eq!(clockwork.sql(left), json!([[0]]), "and asking does not make it");
    }

    fn no_alarm_runs_in_what_is_left_of_an_object(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        clockwork.ask("set_end", json!([100]));
        world.until("nothing is left", || {
            clockwork.sql("SELECT COUNT(*) FROM sqlite_master WHERE name GLOB '_actors*'") == json!([[0]])
        });
        assert_eq!(clockwork.alarm(), None);
        world.pass(Duration::from_millis(300));
        let tables = "SELECT COUNT(*) FROM sqlite_master WHERE name GLOB '_actors*'";
        assert_eq!(clockwork.sql(tables), json!([[0]]), "it is not made anew");
    }

    fn a_destruction_that_was_cut_short_is_finished_by_the_next_wake(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        clockwork.ask("set", json!(["first", 0, null]));
        world.until("it has rung", || clockwork.ask("rung", json!([])) == json!(["first"]));
        // The mark, and no more, is what a process that is lost has left.
        clockwork.sql("UPDATE _actors SET fingerprint = -1");
        world.crash();
        let clockwork = world.object("CLOCKWORK", "a");
        assert_eq!(clockwork.ask("rung", json!([])), json!([]));
        // And with nobody but the alarm to wake it.
        clockwork.ask("set", json!(["second", 60_000, null]));
        clockwork.sql("UPDATE _actors SET fingerprint = -1");
        world.crash();
        let clockwork = world.object("CLOCKWORK", "a");
        clockwork.ring_now("SELECT 1");
        world.until("nothing is left", || {
            clockwork.sql("SELECT COUNT(*) FROM sqlite_master WHERE name GLOB '_actors*'") == json!([[0]])
        });
        assert_eq!(clockwork.alarm(), None);
    }

    fn an_alarm_that_the_platform_has_lost_is_armed_again_by_the_next_wake(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        clockwork.ask("set", json!(["later", 60_000, null]));
        let due = clockwork.alarm();
        assert!(due.is_some());
        clockwork.lose_alarm();
        world.crash();
        let clockwork = world.object("CLOCKWORK", "a");
        clockwork.ask("rung", json!([]));
        world.until("it is armed again", || clockwork.alarm() == due);

        // One that is set for later than the earliest is as good as none.
        clockwork.sql("UPDATE _actors_alarms SET due = due - 20000");
        world.crash();
        let clockwork = world.object("CLOCKWORK", "a");
        clockwork.ask("rung", json!([]));
        let earlier = due.map(|due| due - 20_000);
        world.until("it is armed again", || clockwork.alarm() == earlier);
    }

    fn an_alarm_that_was_lost_and_is_due_runs_after_the_next_wake(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        clockwork.ask("set", json!(["due", 500, null]));
        clockwork.lose_alarm();
        world.crash();
        world.pass(Duration::from_millis(600));
        let clockwork = world.object("CLOCKWORK", "a");
        world.until("it has rung", || clockwork.ask("rung", json!([])) == json!(["due"]));
        assert_eq!(clockwork.alarm(), None);
    }

    fn scheduling_a_later_alarm_arms_one_that_the_platform_has_lost(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        clockwork.ask("set", json!(["later", 60_000, null]));
        let due = clockwork.alarm();
        clockwork.ask("set", json!(["still later", 90_000, null]));
        let (settings, _) = clockwork.alarm_counts();
        assert_eq!(clockwork.alarm(), due);
        clockwork.lose_alarm();
        clockwork.ask("set", json!(["last", 120_000, null]));
        world.until("it is armed again", || clockwork.alarm() == due);
        assert_eq!(clockwork.alarm_counts().0 - settings, 1);
        clockwork.ask("cancel", json!([]));
        assert_eq!(clockwork.alarm(), due);

        clockwork.ask("set", json!(["due", 300, null]));
        clockwork.lose_alarm();
        world.pass(Duration::from_millis(400));
        clockwork.ask("set", json!(["very last", 150_000, null]));
        world.until("it has rung", || clockwork.ask("rung", json!([])) == json!(["due"]));
        world.until("the next is armed", || clockwork.alarm() == due);
    }

    fn a_wake_that_finds_its_alarm_set_writes_nothing(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        clockwork.ask("set", json!(["later", 60_000, null]));
        let due = clockwork.alarm();
        world.crash();
        let clockwork = world.object("CLOCKWORK", "a");
        let (before, _) = clockwork.alarm_counts();
        clockwork.ask("rung", json!([]));
        clockwork.ask("rung", json!([]));
        assert_eq!(clockwork.alarm(), due);
        assert_eq!(clockwork.alarm_counts().0, before, "it is not set again");
    }

    fn an_alarm_that_sets_itself_for_now_is_slowed_down_and_holds_up_no_other(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        clockwork.ask("set_relay", json!([1_000_000]));
        clockwork.ask("set", json!(["another", 2_500, null]));
        world.pass(Duration::from_secs(3));
        assert_eq!(clockwork.ask("rung", json!([])), json!(["another"]));
        let (_, rings) = clockwork.alarm_counts();
        assert!((200..300).contains(&rings), "{rings}");
        world.logs("the alarm `relay` ends a chain of 250 that have scheduled each other");
        // What it has come to is not forgotten with the process.
        world.crash();
        let clockwork = world.object("CLOCKWORK", "a");
        let (_, before) = clockwork.alarm_counts();
        world.pass(Duration::from_secs(3));
        let (_, after) = clockwork.alarm_counts();
        assert!(after - before < 60, "{}", after - before);
    }

    fn alarms_that_take_their_time_are_not_slowed_down(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        // Another set them, each for its own time.
        clockwork.ask("set_many", json!([600, 100]));
        world.pass(Duration::from_millis(1_500));
        world.until("all have rung", || clockwork.ask("rung", json!([])).as_array().unwrap().len() == 600);
        assert_eq!(clockwork.sql("SELECT COUNT(*) FROM _actors_alarms"), json!([[0]]));
        clockwork.ask("set_pace", json!([15, 100]));
        world.pass(Duration::from_millis(1_600));
        world.until("the last has rung", || clockwork.ask("rung", json!([]))[600] == "the last");
    }

    fn an_actor_that_can_not_wake_is_rung_less_and_less_often(world) {
        let ledger = world.object("LEDGER", "a");
        ledger.ask("book", json!(["first", 5, "ok"]));
        ledger.sql("ALTER TABLE entries ADD COLUMN extra TEXT");
        ledger.sql("UPDATE _actors SET fingerprint = 0");
        world.crash();
        let ledger = world.object("LEDGER", "a");
        let now = || world.object("SUNDIAL", "clock").ask("now", json!([])).as_i64().unwrap();
        for (overdue, wait) in [(0, 60), (50, 60), (90, 90), (1_000, 1_000), (9_999, 3_600), (1 << 40, 3_600)] {
            let (_, before) = ledger.alarm_counts();
            ledger.ring_now(&format!("UPDATE _actors_alarms SET due = {}", now() - overdue * 1_000));
            world.until("it has rung, and is set again", || {
                let left = ledger.alarm().map(|alarm| alarm - now());
                ledger.alarm_counts().1 > before && left.is_some_and(|left| left > 10_000)
            });
            let left = ledger.alarm().unwrap() - now();
            assert!((wait * 1_000 - 5_000..wait * 1_000 + 5_000).contains(&left), "{overdue}: {left}");
        }
        world.logs("alarms could not run, and will be retried in 1000 s");
    }

    fn alarms_that_are_due_together_may_change_each_other(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        clockwork.ask("set_ensemble", json!([[
            ["ring", "a", null], ["act", "see", null],
            ["act", "cancel c", null], ["ring", "c", "c"],
            ["act", "defer d", null], ["ring", "d", "d"],
            ["act", "undo e", null], ["ring", "e", "e"],
            ["act", "fail f", null], ["ring", "f", "f"],
            ["act", "cancel a", null], ["ring", "g", null], ["act", "see", null],
        ]]));
        let rung = json!([
            "a", "cancel c, c, defer d, d, undo e, e, fail f, f, cancel a, g, see",
            "cancelled true", "undone true", "e", "f", "cancelled false", "g", "fail f, d",
        ]);
        world.until("all have rung", || clockwork.ask("rung", json!([])) == rung);
        assert_eq!(clockwork.ask("names", json!([])), json!(["fail f", "d"]));
        assert_eq!(clockwork.ask("failed", json!([]))[0]["error"], "as always");
        world.crash();
        let clockwork = world.object("CLOCKWORK", "a");
        assert_eq!(clockwork.ask("rung", json!([])), rung);
        assert_eq!(clockwork.ask("names", json!([])), json!(["fail f", "d"]));
    }

    fn alarms_of_all_kinds_that_are_due_together_run_in_order(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        clockwork.ask("set_ensemble", json!([[
            ["ring", "a", null], ["slow", "b", null], ["ring", "c", null], ["fail", "", null],
            ["act", "cancel e", null], ["slow", "d", null], ["ring", "e", "e"], ["ring", "f", null],
        ]]));
        let rung = json!(["a", "b7", "c", "cancelled true", "d7", "f"]);
        world.until("all have rung", || clockwork.ask("rung", json!([])) == rung);
    }

    fn an_alarm_that_panics_among_others_is_the_only_one_that_fails(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        clockwork.ask("set_ensemble", json!([[
            ["ring", "a", null], ["act", "cancel -", null], ["poison", "", null], ["ring", "b", null],
        ]]));
        let rung = json!(["a", "cancelled false", "b"]);
        world.until("the others have rung", || clockwork.ask("rung", json!([])) == rung);
        world.until("it is set aside", || clockwork.alarm().is_none());
        let failed = clockwork.ask("failed", json!([]));
        assert_eq!((failed.as_array().unwrap().len(), &failed[0]["attempts"]), (1, &json!(3)));
        assert_eq!(clockwork.ask("rung", json!([])), rung);
    }

    fn a_transaction_that_fails_undoes_the_alarms_that_it_has_scheduled(world) {
        for (name, looks) in [("a", false), ("b", true)] {
            let clockwork = world.object("CLOCKWORK", name);
            let many: Vec<_> = (0..250).map(|number| format!("h{number}")).collect();
            let names = json!([&["a", "c", "d", "f", "g"].map(String::from)[..], &many].concat());
            assert_eq!(clockwork.ask("set_in_parts", json!([looks])), names);
            world.crash();
            let clockwork = world.object("CLOCKWORK", name);
            assert_eq!(clockwork.ask("names", json!([])), names);
            assert_eq!(
                clockwork.sql("SELECT COUNT(*), COUNT(DISTINCT id), SUM(due = planned) FROM _actors_alarms"),
                json!([[255, 255, 255]])
            );
        }
    }

    fn no_id_is_used_twice(world) {
        let mut last = 0;
        for _ in 0..3 {
            let clockwork = world.object("CLOCKWORK", "a");
            for _ in 0..150 {
                let id = clockwork.ask("set", json!(["a", 60_000, "k"])).as_i64().unwrap();
                assert!(id > last, "{id} after {last}");
                last = id;
            }
            assert_eq!(clockwork.ask("cancel_key_of", json!(["k"])), true);
            // As older code inserts them.
            clockwork.sql("INSERT INTO _actors_alarms (handler, payload, due) VALUES ('ring', '[\"b\"]', 1e15)");
            let id = clockwork.ask("set", json!(["a", 60_000, null])).as_i64().unwrap();
            let older = &clockwork.sql("SELECT MAX(id) FROM _actors_alarms WHERE due = 1e15")[0][0];
            assert!(id > last && older.as_i64().unwrap() > id);
            last = older.as_i64().unwrap();
            world.crash();
        }
    }

    fn requests_are_answered_while_thousands_are_due(world) {
        use std::time::Instant;
        let crasher = world.object("CRASHER", "load");
        for _ in 0..5 {
            crasher.ask("load", json!([1_000, { "$": "date", "value": 1 }]));
        }
        let mut runs = 0;
        let mut longest = Duration::ZERO;
        world.until("all have run", || {
            let asked = Instant::now();
            let now = crasher.ask("runs", json!([])).as_u64().unwrap();
            longest = longest.max(asked.elapsed());
            assert!(now >= runs && now <= 5_000);
            runs = now;
            runs == 5_000
        });
        assert!(longest < Duration::from_secs(1), "{longest:?}");
    }
}

/// Only workerd can be killed in the middle of a handler.
#[test]
fn an_alarm_that_holds_up_the_process_is_found_and_set_aside() {
    let mut world = World::in_workerd("alarms-hang");
    world.object("DOOMED", "a").ask("set_hang", json!([]));
    let mut kills = 0;
    let failed = loop {
        match world.object("DOOMED", "a").ask_once("failed", json!([])) {
            None => {
                kills += 1;
                assert!(
                    kills <= 4,
                    "twice until it is suspected, and at each of its two tries"
                );
                world.crash();
            }
            Some(failed) if failed == json!([]) => world.pass(Duration::from_millis(25)),
            Some(failed) => break failed,
        }
    };
    assert_eq!(
        failed,
        json!([["hang", 2, "the process was lost while it ran"]])
    );
    let doomed = world.object("DOOMED", "a");
    assert_eq!(doomed.ask("rung", json!([])), json!(["before", "after"]));
    assert_eq!(doomed.alarm(), None, "it sleeps");
}

/// Natively a trap is the end of the test.
#[test]
fn an_alarm_that_traps_is_found_and_set_aside() {
    let world = World::in_workerd("alarms-trap");
    for (name, end, is_async) in [
        ("a", "stack", false),
        ("b", "memory", false),
        ("c", "stack", true),
        ("d", "memory", true),
    ] {
        let doomed = world.object("DOOMED", name);
        doomed.ask("set", json!([end, is_async]));
        let failed = || {
            doomed
                .ask_once("failed", json!([]))
                .filter(|failed| *failed != json!([]))
        };
        let mut found = None;
        world.until("it is set aside", || {
            found = failed();
            found.is_some()
        });
        let handler = if is_async {
            "ring_out_slowly"
        } else {
            "ring_out"
        };
        assert_eq!(
            found,
            Some(json!([[handler, 2, "the process was lost while it ran"]]))
        );
        world.until("the object sleeps", || doomed.alarm().is_none());
        assert_eq!(doomed.ask("rung", json!([])), json!(["before", "after"]));
    }
}

/// Nothing is lost or done twice, whichever storage operation it is that the object
/// crashes before.
#[test]
fn a_crash_before_any_storage_operation_of_a_ring_loses_nothing() {
    use actors_core::testing::World;
    use actors_fixtures::crasher::{Crasher, Order};
    let order = |id, kind: &str| -> Order {
        let order = json!({ "id": id, "kind": kind, "millis": 10, "key": null });
        serde_json::from_value(order).unwrap()
    };
    for operations in 0..110 {
        let world = World::new();
        let crasher = world.get::<Crasher>("a");
        let kinds = [
            "plain",
            "slow",
            "flaky",
            "slow and flaky",
            "plain",
            "hopeless",
            "undone end",
            "circle",
        ];
        let orders = (1..).zip(kinds).map(|(id, kind)| order(id, kind)).collect();
        world.run(crasher.schedule(orders)).unwrap();
        world.crash_after(operations);
        world.advance(Duration::from_secs(2));
        let verdict = world.run(crasher.verdict()).unwrap();
        let expected = json!({
            "scheduled": 8, "waiting": 0, "lost": 0, "after_cancel": 0, "doubled": 0,
        });
        assert_eq!(
            json!(verdict),
            expected,
            "a crash before operation {operations}"
        );
    }
}
