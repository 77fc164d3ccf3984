//! The queue and its workers under `cargo test`.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use actors_core::prelude::*;
use actors_core::testing::{Run, Search, World};
use actors_examples::task_queue::{
    Claimed, Event, Mode, NewTask, Slice, State, Status, TaskQueue, TaskWorker,
};
use serde_json::json;

type Queue = <TaskQueue as Actor>::Stub;

fn queue(world: &World) -> Queue {
    world.get::<TaskQueue>("q")
}

fn add(world: &World, task: NewTask) -> u64 {
    world.run(queue(world).enqueue(task)).expect("it is added")
}

/// A task that takes that long, and fails that often before.
fn job(millis: u32, failures: u32) -> NewTask {
    NewTask {
        payload: json!({ "millis": millis, "failures": failures }),
        ..NewTask::default()
    }
}

fn claim(world: &World, most: u32) -> Vec<Claimed> {
    let queue = queue(world);
    world
        .run(queue.claim("me".into(), most, None))
        .expect("an answer")
}

fn claimed(world: &World, most: u32) -> Vec<u64> {
    claim(world, most).iter().map(|task| task.id).collect()
}

fn status(world: &World) -> Status {
    world.run(queue(world).status()).expect("a status")
}

/// How many tasks are delayed, ready, leased and dead.
fn counts(world: &World) -> [u64; 4] {
    let status = status(world);
    [status.delayed, status.ready, status.leased, status.dead]
}

/// How many tasks were added and done, how many attempts failed, and how many tasks died.
fn totals(world: &World) -> [u64; 4] {
    let slices = world.run(queue(world).metrics(Timestamp::MIN));
    let slices = slices.expect("metrics").into_iter();
    slices.fold([0; 4], |[added, done, failed, died], slice: Slice| {
        [
            added + slice.added,
            done + slice.done,
            failed + slice.failed,
            died + slice.died,
        ]
    })
}

#[test]
fn the_most_urgent_goes_first_and_of_these_the_oldest() {
    let world = World::new();
    let of = |priority| NewTask {
        priority,
        ..NewTask::default()
    };
    let ids: Vec<_> = [None, Some(0), Some(9), Some(0), None]
        .map(|priority| {
            world.advance(seconds(1));
            add(&world, of(priority))
        })
        .into();
    let expected = [ids[1], ids[3], ids[0], ids[4], ids[2]];
    assert_eq!(claimed(&world, 3), expected[..3], "a batch");
    assert_eq!(claimed(&world, 9), expected[3..], "the rest");
    assert_eq!(counts(&world), [0, 0, 5, 0]);
}

#[test]
fn a_task_is_ready_after_its_delay() {
    let world = World::new();
    let id = add(
        &world,
        NewTask {
            delay: 60,
            ..NewTask::default()
        },
    );
    assert_eq!(claimed(&world, 1), [0; 0]);
    world.advance(seconds(59));
    assert_eq!(counts(&world), [1, 0, 0, 0]);
    world.advance(seconds(1));
    assert_eq!(counts(&world), [0, 1, 0, 0], "the alarm has moved it");
    assert_eq!(claimed(&world, 1), [id]);
}

#[test]
fn a_lease_is_one_workers_until_it_is_over() {
    let world = World::new();
    add(&world, job(0, 0));
    let first = claim(&world, 1).remove(0);
    assert_eq!(claim(&world, 1), []);
    world.advance(seconds(20));
    let until = world.run(queue(&world).heartbeat(first.lease)).unwrap();
    assert_eq!(until, world.now() + seconds(30));
    world.advance(seconds(29));
    assert_eq!(counts(&world), [0, 0, 1, 0]);
    world.advance(seconds(1));
    assert_eq!(counts(&world), [1, 0, 0, 0], "it is over");
    world.advance(seconds(1));
    let second = claim(&world, 1).remove(0);
    assert_eq!((second.id, second.attempt), (first.id, 2));

    let over = |result: Result<()>| result.unwrap_err().kind();
    assert_eq!(
        over(world.run(queue(&world).complete(first.lease))),
        ErrorKind::Conflict
    );
    let failed = world.run(queue(&world).fail(first.lease, "late".into()));
    assert_eq!(over(failed.map(drop)), ErrorKind::Conflict);
    let beat = world.run(queue(&world).heartbeat(first.lease));
    assert_eq!(over(beat.map(drop)), ErrorKind::Conflict);
    world.run(queue(&world).complete(second.lease)).unwrap();
    assert_eq!(
        over(world.run(queue(&world).complete(second.lease))),
        ErrorKind::Conflict
    );
    assert_eq!(totals(&world), [1, 1, 1, 0]);
}

/// An alarm that is late changes nothing about who has a task.
#[test]
fn a_lease_is_over_even_if_no_alarm_says_so() {
    let world = World::new();
    add(&world, job(0, 0));
    let first = claim(&world, 1).remove(0);
    world.lose_alarm::<TaskQueue>("q");
    world.advance(seconds(30));
    assert!(world.run(queue(&world).complete(first.lease)).is_err());
    assert_eq!(claim(&world, 1), [], "it waits before it is tried again");
    world.advance(seconds(1));
    assert_eq!(claim(&world, 1)[0].attempt, 2);
}

#[test]
fn failures_wait_longer_each_time_and_the_last_one_is_the_death() {
    let world = World::new();
    let id = add(
        &world,
        NewTask {
            max_attempts: Some(4),
            ..NewTask::default()
        },
    );
    for wait in [1, 2, 4] {
        let lease = claim(&world, 1)[0].lease;
        let state = world.run(queue(&world).fail(lease, "no".into())).unwrap();
        assert_eq!(state, State::Delayed);
        world.advance(seconds(wait) - Duration::from_millis(1));
        assert_eq!(claim(&world, 1), [], "{wait} s");
        world.advance(Duration::from_millis(1));
    }
    let lease = claim(&world, 1)[0].lease;
    let state = world.run(queue(&world).fail(lease, "no".into())).unwrap();
    assert_eq!((state, counts(&world)), (State::Dead, [0, 0, 0, 1]));
    world.advance(days(1));
    assert_eq!(claim(&world, 1), [], "nothing comes of itself");

    assert_eq!(world.run(queue(&world).put_back(Some(id + 1))).unwrap(), 0);
    assert_eq!(world.run(queue(&world).put_back(None)).unwrap(), 1);
    let again = claim(&world, 1).remove(0);
    assert_eq!((again.id, again.attempt), (id, 1), "with all its attempts");
    for _ in 0..4 {
        world.advance(hours(2));
        let _ = claim(&world, 1);
    }
    world.advance(hours(2));
    assert_eq!(
        counts(&world),
        [0, 0, 0, 1],
        "leases that run out are failures, too"
    );
    assert_eq!(world.run(queue(&world).discard(Some(id))).unwrap(), 1);
    assert_eq!(counts(&world), [0; 4]);
}

#[test]
fn a_key_adds_one_task() {
    let world = World::new();
    let once = |key: &str, task| world.run(queue(&world).enqueue_once(key.into(), task));
    let id = once("order 7", job(1, 0)).unwrap();
    assert_eq!(once("order 7", job(1, 0)), Ok(id));
    assert_eq!(
        once("order 7", job(2, 0)).unwrap_err().kind(),
        ErrorKind::Conflict
    );
    assert_eq!(once("order 8", job(1, 0)), Ok(id + 1));
    let lease = claim(&world, 1)[0].lease;
    world.run(queue(&world).complete(lease)).unwrap();
    assert_eq!(once("order 7", job(1, 0)), Ok(id), "even when it is done");
    assert_eq!(counts(&world), [0, 1, 0, 0]);
}

#[test]
fn a_topic_has_its_pace_and_others_have_not() {
    let world = World::new();
    world
        .run(queue(&world).set_pace("mail".into(), Some(6)))
        .unwrap();
    for topic in ["mail", "mail", "mail", "image"] {
        add(
            &world,
            NewTask {
                topic: topic.into(),
                ..NewTask::default()
            },
        );
    }
    let topics = || {
        claim(&world, 9)
            .into_iter()
            .map(|task| task.topic)
            .collect::<Vec<_>>()
    };
    assert_eq!(topics(), ["mail", "image"]);
    assert_eq!(topics(), [""; 0]);
    world.advance(seconds(9));
    assert_eq!(topics(), [""; 0]);
    world.advance(seconds(1));
    assert_eq!(topics(), ["mail"]);
    world
        .run(queue(&world).set_pace("mail".into(), None))
        .unwrap();
    assert_eq!(topics(), ["mail"]);
    assert!(
        world
            .run(queue(&world).set_pace("mail".into(), Some(0)))
            .is_err()
    );
}

#[test]
fn a_queue_that_is_paused_gives_nothing_and_one_that_drains_takes_nothing() {
    let world = World::new();
    let set = |mode| world.run(queue(&world).set_mode(mode)).unwrap();
    set(Mode::Paused);
    let first = add(&world, job(0, 0));
    assert_eq!(claimed(&world, 1), [0; 0]);
    set(Mode::Draining);
    let refused = world.run(queue(&world).enqueue(job(0, 0))).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Conflict);
    assert_eq!(claimed(&world, 9), [first]);
    set(Mode::Running);
    add(&world, job(0, 0));
    world.evict_all();
    assert_eq!(status(&world).mode, Mode::Running);
}

#[test]
fn workers_process_what_comes() {
    let world = World::new();
    world.run(queue(&world).employ(2)).unwrap();
    for number in 0..25 {
        add(&world, job(100 * number, number % 3));
    }
    add(
        &world,
        NewTask {
            max_attempts: Some(2),
            ..job(10, 9)
        },
    );
    world.advance(seconds(29));
    assert_eq!(counts(&world), [0, 0, 0, 1], "{:?}", world.story());
    assert_eq!(totals(&world), [26, 25, 26, 1]);
    // One that takes longer than a lease, with signs of life.
    add(&world, job(70_000, 0));
    world.advance(seconds(71));
    assert_eq!((counts(&world), totals(&world)[1]), ([0, 0, 0, 1], 26));

    world.run(queue(&world).employ(0)).unwrap();
    world.advance(seconds(1));
    add(&world, job(0, 0));
    world.advance(minutes(2));
    assert_eq!(counts(&world), [0, 1, 0, 1], "nobody comes");
    let count = "SELECT COUNT(*) FROM sqlite_master WHERE name GLOB '_actors*'";
    for worker in ["q/1", "q/2"] {
        let left = world.rows::<TaskWorker, u32>(worker, count, ()).unwrap();
        assert_eq!(left, [0], "nothing is left of {worker}");
    }
}

#[test]
fn a_worker_has_at_most_ten_tasks_and_comes_for_more() {
    let world = World::new();
    world.run(queue(&world).set_mode(Mode::Paused)).unwrap();
    world.run(queue(&world).employ(1)).unwrap();
    for _ in 0..25 {
        add(&world, job(1_000, 0));
    }
    world.run(queue(&world).set_mode(Mode::Running)).unwrap();
    for left in [[0, 15, 10, 0], [0, 5, 10, 0], [0, 0, 5, 0], [0; 4]] {
        world.run_until_idle();
        assert_eq!(counts(&world), left);
        world.advance(seconds(1));
    }
}

#[test]
fn a_worker_comes_every_half_minute_without_being_told() {
    let world = World::new();
    // The queue does not know that it has this worker.
    world.run(world.get::<TaskWorker>("q/1").nudge()).unwrap();
    world.run_until_idle();
    add(&world, job(0, 0));
    world.advance(seconds(29));
    assert_eq!(counts(&world), [0, 1, 0, 0]);
    world.advance(seconds(1));
    assert_eq!(counts(&world), [0; 4]);
}

#[test]
fn a_worker_keeps_the_pace_of_a_topic() {
    let world = World::new();
    let queue = queue(&world);
    world.run(queue.employ(1)).unwrap();
    world.run(queue.set_pace("mail".into(), Some(60))).unwrap();
    for _ in 0..8 {
        let topic = "mail".into();
        add(&world, NewTask { topic, ..job(0, 0) });
    }
    for done in 1..=8 {
        world.run_until_idle();
        assert_eq!(totals(&world)[1], done);
        world.advance(seconds(1));
    }
}

/// What was said in the background is lost, and the worker's alarm is, too.
#[test]
fn a_worker_that_has_not_heard_is_told_again() {
    let world = World::new();
    world.run(queue(&world).employ(1)).unwrap();
    world.run_until_idle();
    add(&world, job(0, 0));
    world.lose_alarm::<TaskWorker>("q/1");
    world.crash_all();
    world.advance(seconds(10));
    assert_eq!(counts(&world), [0; 4]);
}

#[test]
fn who_watches_sees_each_task_move() {
    let world = World::new();
    let before = add(&world, job(0, 0));
    let watcher = world.connect::<TaskQueue>("q");
    let told = || -> Vec<Event> {
        std::iter::from_fn(|| watcher.receive::<Event>())
            .map(|event| event.expect("an event"))
            .collect()
    };
    let [
        Event::Welcome {
            status,
            tasks,
            slices,
        },
    ] = &told()[..]
    else {
        panic!("no welcome");
    };
    assert_eq!((status.ready, tasks[0].id, slices[0].added), (1, before, 1));
    let lease = claim(&world, 1)[0].lease;
    world.run(queue(&world).complete(lease)).unwrap();
    world.run(queue(&world).set_mode(Mode::Paused)).unwrap();
    let told = told();
    assert!(
        matches!(&told[..], [
            Event::Moved { task, from: Some(State::Ready) },
            Event::Gone { id, from: State::Leased, done: true },
            Event::Changed { status },
        ] if task.state == State::Leased && *id == before && status.mode == Mode::Paused),
        "{told:?}"
    );
}

#[test]
fn what_cannot_be_a_task_is_refused() {
    let world = World::new();
    let wrong = [
        NewTask {
            payload: json!("x".repeat(70_000)),
            ..NewTask::default()
        },
        NewTask {
            topic: "x".repeat(101),
            ..NewTask::default()
        },
        NewTask {
            max_attempts: Some(0),
            ..NewTask::default()
        },
    ];
    for task in wrong {
        let error = world.run(queue(&world).enqueue(task)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    }
    assert_eq!(counts(&world), [0; 4]);
    assert!(world.run(queue(&world).employ(6)).is_err());
}

#[test]
fn metrics_are_kept_for_a_day() {
    let world = World::new();
    add(&world, job(0, 0));
    world.advance(hours(23));
    add(&world, job(0, 0));
    assert_eq!(totals(&world)[0], 2);
    world.advance(hours(3));
    assert_eq!(totals(&world)[0], 1);
}

/// What the search knows of tasks.
#[derive(Default)]
struct Known {
    added: RefCell<BTreeSet<u64>>,
    held: RefCell<VecDeque<Claimed>>,
    /// The latest lease of each task that somebody was told of.
    leases: RefCell<BTreeMap<u64, Claimed>>,
    /// What somebody has said, or tried to say, is done.
    done: RefCell<BTreeSet<u64>>,
    wrong: RefCell<Vec<String>>,
}

/// Notes a lease, which must not begin before the last one of that task was over.
fn note(known: &Known, claimed: Claimed) {
    let begins = claimed.until - seconds(30);
    let last = known
        .leases
        .borrow_mut()
        .insert(claimed.id, claimed.clone());
    if let Some(last) = last
        && last.until > begins
    {
        let wrong = format!("{} was leased twice at once", claimed.id);
        known.wrong.borrow_mut().push(wrong);
    }
    known.held.borrow_mut().push_back(claimed);
}

/// Does what has been held for longest: asks before whether it is still to be done, or does not.
async fn finish(run: &Run<Known>, how: &str) {
    let (known, queue) = (run.model(), run.get::<TaskQueue>("q"));
    // Whoever has claimed something before has got it by then.
    let _ = queue.status().await;
    let Some(task) = known.held.borrow_mut().pop_front() else {
        return;
    };
    if how == "asks" {
        match queue.heartbeat(task.lease).await {
            Ok(until) => {
                known
                    .leases
                    .borrow_mut()
                    .get_mut(&task.id)
                    .expect("its lease")
                    .until = until
            }
            Err(_) => return,
        }
    }
    if known.leases.borrow()[&task.id].lease != task.lease {
        let wrong = format!("{} was done while somebody else had it", task.id);
        known.wrong.borrow_mut().push(wrong);
    }
    known.done.borrow_mut().insert(task.id);
    let _ = queue.complete(task.lease).await;
}

/// A worker gives its task up: its lease is over as soon as it is asked to be.
async fn give_up(run: &Run<Known>) {
    let task = run.model().held.borrow_mut().pop_front();
    if let Some(task) = task {
        if let Some(last) = run.model().leases.borrow_mut().get_mut(&task.id)
            && last.lease == task.lease
        {
            last.until = Timestamp::MIN;
        }
        let queue = run.get::<TaskQueue>("q");
        let _ = queue.fail(task.lease, "no".into()).await;
    }
}

fn tasks(how: &'static str) -> Search<Known> {
    Search::<Known>::new()
        .step("add", async |run| {
            let task = NewTask {
                max_attempts: Some(3),
                ..NewTask::default()
            };
            if let Ok(id) = run.get::<TaskQueue>("q").enqueue(task).await {
                run.model().added.borrow_mut().insert(id);
            }
        })
        .step("claim two", async |run| {
            let queue = run.get::<TaskQueue>("q");
            let claimed = queue.claim("w".into(), 2, None).await;
            for task in claimed.unwrap_or_default() {
                note(run.model(), task);
            }
        })
        .step("finish", async move |run| finish(&run, how).await)
        .invariant("nothing is done beside its lease", |_, known| {
            match known.wrong.borrow().first() {
                Some(wrong) => Err(wrong.clone()),
                None => Ok(()),
            }
        })
        .invariant("nothing is lost", |world, known| {
            let there = world.rows::<TaskQueue, u64>("q", "SELECT id FROM tasks", ());
            let there = there.map_err(|error| error.to_string())?;
            let done = known.done.borrow();
            let lost = |id: &&u64| !there.contains(id) && !done.contains(id);
            match known.added.borrow().iter().find(lost) {
                Some(id) => Err(format!("{id} is gone")),
                None => Ok(()),
            }
        })
        .invariant("nothing stays leased", |world, _| {
            world.advance(minutes(5));
            match counts(world) {
                [0, _, 0, _] => Ok(()),
                counts => Err(format!("there are {counts:?}")),
            }
        })
}

#[test]
fn whatever_crashes_no_task_is_lost_or_done_beside_its_lease() {
    tasks("asks")
        .step("give up", async |run| give_up(&run).await)
        .step("put back", async |run| {
            let _ = run.get::<TaskQueue>("q").put_back(None).await;
        })
        .runs(400)
        .check();
}

#[test]
fn a_worker_that_does_not_ask_is_found_out() {
    let report = tasks("does not ask").runs(1_000).find().expect("a fault");
    assert!(report.contains("somebody else had it"), "{report}");
}

/// With a worker, and whatever crashes, all that was added gets done: a task is gone when it is.
#[test]
fn a_worker_does_all_that_there_is_to_do() {
    let add = async |run: Run<()>, job: NewTask| {
        let task = NewTask {
            max_attempts: Some(99),
            ..job
        };
        let _ = run.get::<TaskQueue>("q").enqueue(task).await;
    };
    Search::new()
        .world(|world, _| {
            world.run(queue(&world).employ(1)).expect("a worker");
            world
        })
        .step("add", async move |run| add(run, job(400, 1)).await)
        .step("add one that takes long", async move |run| {
            add(run, job(45_000, 0)).await;
        })
        .step("lose an alarm", async |run| {
            run.lose_alarm::<TaskWorker>("q/1");
        })
        .invariant("all is done", |world, ()| {
            world.advance(minutes(10));
            match counts(world) {
                [0, 0, 0, 0] => Ok(()),
                counts => Err(format!("{counts:?} are left")),
            }
        })
        .runs(40)
        .check();
}
