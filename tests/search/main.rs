//! The search for faults finds what it is there to find, and nothing where nothing is.

#![allow(
    missing_docs,
    unreachable_pub,
    reason = "actors that are wrong on purpose"
)]

mod bugs;
mod by_hand;
mod tasks;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use actors_core::prelude::Cursor;
use actors_core::streams::{Chunk, Chunks};
use actors_core::testing::{Run, Search, World};
use actors_core::{Message, http};
use bugs::{
    Announcer, Bank, Counter, Forgetful, Inbox, Payer, Reminder, Talker, Tally, Tenant, Till,
};
use cpu_time::ThreadTime;

/// Adds, and counts what was acknowledged.
fn tally(how: &'static str) -> Search<Cell<u32>> {
    Search::<Cell<u32>>::new()
        .step("add", async move |run| {
            let tally = run.get::<Tally>("t");
            let added = match how {
                "shared" => tally.add_shared().await,
                _ => tally.add_alone().await,
            };
            if added.is_ok() {
                run.model().update(|count| count + 1);
            }
        })
        .invariant("what was added is there", |world, added| {
            let total = world
                .run(world.get::<Tally>("t").total())
                .map_err(|e| e.to_string())?;
            at_least(total, added.get(), "added")
        })
}

fn bank(how: &'static str) -> Search<()> {
    Search::new()
        .step("transfer", async move |run| {
            let bank = run.get::<Bank>("b");
            let _ = match how {
                "apart" => bank.transfer_in_two_parts(10).await,
                _ => bank.transfer_in_a_transaction(10).await,
            };
        })
        .invariant("no money is lost or made", |world, ()| {
            let total = world
                .run(world.get::<Bank>("b").total())
                .map_err(|e| e.to_string())?;
            if total == 1000 {
                Ok(())
            } else {
                Err(format!("there are {total} of 1000"))
            }
        })
}

fn reminder(how: &'static str) -> Search<Cell<u32>> {
    Search::<Cell<u32>>::new()
        .step("remind", async move |run| {
            let number = run.model().get();
            run.model().set(number + 1);
            let reminder = run.get::<Reminder>("r");
            let _ = match how {
                "again" => reminder.remind(number).await,
                _ => reminder.remind_once(number).await,
            };
        })
        .invariant("nobody is reminded twice", |world, _| {
            world.advance(Duration::from_secs(3600));
            let doubled = world
                .run(world.get::<Inbox>("i").doubled())
                .map_err(|e| e.to_string())?;
            if doubled.is_empty() {
                Ok(())
            } else {
                Err(format!("{doubled:?} came twice"))
            }
        })
}

fn forgetful(how: &'static str) -> Search<Cell<u32>> {
    Search::<Cell<u32>>::new()
        .step("learn", async move |run| {
            let forgetful = run.get::<Forgetful>("f");
            let learned = match how {
                "in memory" => forgetful.learn_in_memory().await,
                _ => forgetful.learn().await,
            };
            if learned.is_ok() {
                run.model().update(|count| count + 1);
            }
        })
        .invariant("what was learned is known", |world, learned| {
            let known = world
                .run(world.get::<Forgetful>("f").known())
                .map_err(|e| e.to_string())?;
            at_least(known, learned.get(), "learned")
        })
}

/// All answers to each order, in the order of their numbers.
type Answers = RefCell<Vec<Vec<usize>>>;

/// Places orders, and each of them again until it is answered: by the caller, or by the stub.
fn till(how: &'static str) -> Search<Answers> {
    Search::<Answers>::new()
        .lose_answers()
        .step("place an order", async move |run| {
            let order = run.model().borrow().len();
            run.model().borrow_mut().push(Vec::new());
            place_until_answered(&run, how, order).await;
        })
        .step("ask for the first order again", async move |run| {
            if !run.model().borrow().is_empty() {
                place_until_answered(&run, how, 0).await;
            }
        })
        .invariant("each order is placed once", |world, answers| {
            let orders = world
                .run(world.get::<Till>("t").orders())
                .map_err(|e| e.to_string())?;
            for (order, answers) in answers.borrow().iter().enumerate() {
                let places = (1..).zip(&orders);
                let places = places.filter(|(_, placed)| **placed as usize == order);
                let places: Vec<usize> = places.map(|(place, _)| place).collect();
                let is_right = match answers[..] {
                    [] => places.len() <= 1,
                    [answer, ..] => places == [answer] && answers.iter().all(|a| *a == answer),
                };
                if !is_right {
                    return Err(format!(
                        "order {order} is at {places:?}, and was answered {answers:?}"
                    ));
                }
            }
            Ok(())
        })
}

async fn place_until_answered(run: &Run<Answers>, how: &str, order: usize) {
    for _ in 0..5 {
        if let Ok(place) = place(run, how, order as u32).await {
            run.model().borrow_mut()[order].push(place);
            return;
        }
    }
}

async fn place(run: &Run<Answers>, how: &str, order: u32) -> actors_core::Result<usize> {
    let till = run.get::<Till>("t");
    match how {
        "again" => till.place(order).await,
        "once" => till.place_once(order).await,
        _ => till.with_retries(2).place_once(order).await,
    }
}

/// Places orders that are made again by the stub alone, which does not know that they are.
fn hasty(how: &'static str) -> Search<Cell<u32>> {
    Search::<Cell<u32>>::new()
        .lose_answers()
        .step("place an order", async move |run| {
            let order = run.model().get();
            run.model().set(order + 1);
            let till = run.get::<Till>("t");
            let _ = match how {
                "anyway" => till.with_idempotent_retries(3).place(order).await,
                _ => till.with_retries(3).place(order).await,
            };
        })
        .invariant("no order is placed twice", |world, _| {
            let mut orders = world
                .run(world.get::<Till>("t").orders())
                .map_err(|e| e.to_string())?;
            orders.sort_unstable();
            let placed = orders.len();
            orders.dedup();
            at_least(orders.len() as u32, placed as u32, "placed")
        })
}

/// Visits, and ends that are not to come: what was acknowledged is there all the same, and
/// the alarm of the last visit runs, whatever the platform has lost.
fn tenant(how: &'static str) -> Search<Cell<u32>> {
    Search::<Cell<u32>>::new()
        .step("visit", async move |run| {
            if let Ok(visits) = run.get::<Tenant>("t").visit().await {
                run.model().set(run.model().get().max(visits));
            }
        })
        .step("leave in debt", async move |run| {
            let tenant = run.get::<Tenant>("t");
            let _ = match how {
                "in two parts" => tenant.leave_in_debt_in_two_parts().await,
                _ => tenant.leave_in_debt().await,
            };
        })
        .step("leave in debt later", async move |run| {
            let _ = run.get::<Tenant>("t").leave_in_debt_later().await;
        })
        .step("lose the alarm", async move |run| {
            run.lose_alarm::<Tenant>("t");
        })
        .invariant("what was acknowledged is there", move |world, visits| {
            if how != "unasked" {
                let (kept, stored) = ask(world, world.get::<Tenant>("t").visits())?;
                at_least(kept, visits.get(), "acknowledged")?;
                at_least(stored, visits.get(), "stored")?;
            }
            world.advance(Duration::from_secs(240));
            let cleaned = ask(world, world.get::<Tenant>("t").cleaned())?;
            at_least(cleaned, visits.get(), "promised to be cleaned")
        })
}

fn ask<T>(world: &World, call: impl Future<Output = actors_core::Result<T>>) -> Result<T, String> {
    world.run(call).map_err(|error| error.to_string())
}

/// Two who call each other.
fn talkers(how: &'static str) -> Search<()> {
    let call = move |run: Run<()>, own: &'static str, other: &'static str| async move {
        let talker = run.get::<Talker>(own);
        let _ = match how {
            "back" => talker.introduce(own.into(), other.into()).await,
            "at once" => talker.call(other.into()).await,
            _ => talker.call_shared(other.into()).await,
        };
    };
    Search::new()
        .step("the first calls", async move |run| {
            call(run, "a", "b").await
        })
        .step("the second calls", async move |run| {
            call(run, "b", "a").await
        })
        .invariant("both answer", |world, ()| {
            ask(world, world.get::<Talker>("a").said())?;
            ask(world, world.get::<Talker>("b").said()).map(drop)
        })
}

/// What was to be paid, what is said to be unpaid, and what a bank has received: how often for
/// each key.
#[derive(Default)]
struct Payments {
    asked: Cell<u32>,
    unpaid: Cell<u32>,
    received: RefCell<BTreeMap<String, u32>>,
}

fn payer(how: &'static str) -> Search<Payments> {
    Search::<Payments>::new()
        .world(|world, payments| {
            world.on_fetch("bank.example/pay/*", async move |request| {
                let key = request.uri().path().to_owned();
                *payments.received.borrow_mut().entry(key).or_default() += 1;
                Ok(http::Response::new(()))
            })
        })
        .step("pay", async move |run| {
            let payments = run.model();
            payments.asked.update(|asked| asked + 1);
            let (number, payer) = (payments.asked.get(), run.get::<Payer>("p"));
            let paid = match how {
                "at most once" => payer.pay().await,
                "until confirmed" => payer.pay_until_confirmed().await,
                _ => payer.pay_once(number).await,
            };
            if paid.is_err() {
                run.model().unpaid.update(|unpaid| unpaid + 1);
            }
        })
        .invariant("what is paid is paid once", move |_, payments| {
            let received = payments.received.borrow();
            let paid = match how {
                "with a key" => received.len() as u32,
                _ => received.values().sum(),
            };
            match payments.asked.get() {
                asked if paid > asked => Err(format!("{paid} of {asked} are paid")),
                _ => Ok(()),
            }
        })
        .invariant("what is unpaid is not paid", move |_, payments| {
            let paid: u32 = payments.received.borrow().values().sum();
            match payments.asked.get() - payments.unpaid.get() {
                expected if how == "at most once" && paid > expected => {
                    Err(format!("{paid} are paid, and {expected} are said to be"))
                }
                _ => Ok(()),
            }
        })
}

/// A client that hears numbers, goes away, and comes again from where it was.
#[derive(Default)]
struct Listener {
    heard: RefCell<Vec<u64>>,
    at: Cell<Cursor>,
    chunks: RefCell<Option<Chunks<u64>>>,
    acknowledged: Cell<u32>,
}

impl Listener {
    /// Hears what there is, without waiting for more.
    fn hear(&self) {
        let open = self.chunks.take();
        let Some(mut open) = open else { return };
        let mut cx = Context::from_waker(Waker::noop());
        while let Poll::Ready(next) = pin!(open.next()).poll(&mut cx) {
            let Ok(Some((cursor, Chunk::Value(number)))) = next else {
                return;
            };
            self.at.set(cursor);
            self.heard.borrow_mut().push(number);
        }
        self.chunks.replace(Some(open));
    }

    /// Whether it has heard all, each once and in order.
    fn is_right(&self) -> Result<(), String> {
        let heard = self.heard.borrow();
        let acknowledged = u64::from(self.acknowledged.get());
        match (1..)
            .zip(&*heard)
            .all(|(expected, number)| expected == *number)
        {
            false => Err(format!("it hears {heard:?}")),
            true if (heard.len() as u64) < acknowledged => {
                Err(format!("{acknowledged} were said, it hears {heard:?}"))
            }
            true => Ok(()),
        }
    }
}

fn listener(how: &'static str) -> Search<Listener> {
    Search::<Listener>::new()
        .lose_answers()
        .step("say", async move |run| {
            let said = match how {
                "too early" => run.get::<Counter>("a").say().await,
                _ => run.get::<Announcer>("a").say().await,
            };
            if said.is_ok() {
                run.model().acknowledged.update(|count| count + 1);
            }
        })
        .step("say in vain", async move |run| {
            let said = match how {
                "too early" => run.get::<Counter>("a").say_in_vain().await,
                _ => run.get::<Announcer>("a").say_in_vain().await,
            };
            assert!(said.is_err());
        })
        .step("listen", async move |run| {
            let from = run.model().at.get();
            let body = match how {
                "too early" => run.get::<Counter>("a").listen(from).await,
                _ => run.get::<Announcer>("a").listen(from).await,
            };
            // It may have heard more from its last body meanwhile.
            if let Ok(body) = body
                && run.model().at.get() == from
            {
                run.model().chunks.replace(Some(Chunks::new(body)));
            }
        })
        .step("hear", async move |run| run.model().hear())
        .invariant(
            "each number is heard once, in order",
            move |world, listener| {
                listener.hear();
                let from = listener.at.get();
                let body = match how {
                    "too early" => ask(world, world.get::<Counter>("a").listen(from))?,
                    _ => ask(world, world.get::<Announcer>("a").listen(from))?,
                };
                listener.chunks.replace(Some(Chunks::new(body)));
                listener.hear();
                listener.is_right()
            },
        )
        .invariant("a socket hears the same", move |world, listener| {
            if how == "too early" {
                return Ok(());
            }
            let request = http::Request::get("http://a.example/ws")
                .body(())
                .expect("a request");
            let client = world
                .connect_with::<Announcer>("a", request)
                .map_err(|_| "refused")?;
            let mut heard = Vec::new();
            while let Some(Message::Text(text)) = client.receive_message() {
                let message: serde_json::Value = serde_json::from_str(&text).expect("JSON");
                heard.push(message["value"].as_u64().ok_or(text)?);
            }
            match heard == *listener.heard.borrow() {
                true => Ok(()),
                false => Err(format!("{heard:?}")),
            }
        })
}

fn at_least(found: u32, told: u32, what: &str) -> Result<(), String> {
    if found >= told {
        Ok(())
    } else {
        Err(format!("{told} were {what}, {found} are there"))
    }
}

/// The report of a search that must find something, in well under 10 s of work: how long others have
/// the processor does not count.
#[track_caller]
fn found<M: Default + 'static>(search: Search<M>) -> String {
    let start = ThreadTime::now();
    let report = search.runs(200).find().expect("a fault is there");
    println!("found in {:?}:\n{report}\n", start.elapsed());
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "{:?}",
        start.elapsed()
    );
    report
}

#[test]
fn an_update_that_is_lost_across_an_await() {
    let report = found(tally("shared"));
    assert!(report.contains("1. add\n  2. add\n"), "{report}");
    assert!(report.contains("It takes 2 of the"), "{report}");
}

#[test]
fn an_effect_outside_of_the_transaction() {
    let report = found(bank("apart"));
    assert!(
        report.contains("crash") || report.contains("kill"),
        "{report}"
    );
}

#[test]
fn an_alarm_handler_that_does_not_expect_to_run_twice() {
    let report = found(reminder("again"));
    assert!(report.contains("came twice"), "{report}");
}

#[test]
fn state_that_is_kept_in_memory_only() {
    let report = found(forgetful("in memory"));
    assert!(report.contains("1. learn\n"), "{report}");
}

#[test]
fn an_end_that_is_committed_before_its_handler_fails() {
    let report = found(tenant("in two parts"));
    assert!(report.contains("acknowledged, 0 are there"), "{report}");
}

#[test]
fn an_alarm_that_is_lost_while_nobody_asks_for_the_object() {
    let report = found(tenant("unasked"));
    assert!(report.contains("lose the alarm"), "{report}");
}

#[test]
fn a_call_that_comes_back_to_where_it_began() {
    let report = found(talkers("back"));
    assert!(
        report.starts_with("\"nobody waits for itself\""),
        "{report}"
    );
    assert!(
        report.contains("Talker \"b\" → Talker \"a\" → Talker \"b\""),
        "{report}"
    );
    assert!(report.contains("It takes 1 of"), "{report}");
}

#[test]
fn two_calls_that_wait_for_each_other() {
    let report = found(talkers("at once"));
    assert!(
        report.starts_with("\"nobody waits for itself\""),
        "{report}"
    );
    assert!(
        report.contains("the first calls\n") && report.contains("the second calls\n"),
        "{report}"
    );
}

#[test]
fn a_call_that_is_made_again_though_it_had_run() {
    let report = found(till("again"));
    assert!(report.contains("1. place an order\n"), "{report}");
    let report = found(hasty("anyway"));
    assert!(report.contains("Till \"t\" crashes"), "{report}");
}

#[test]
fn a_request_that_is_not_expected_to_arrive_after_all() {
    let report = found(payer("at most once"));
    let faults = ["its answer is lost", "takes a minute", "arrives twice"];
    assert!(
        faults.iter().any(|fault| report.contains(fault)),
        "{report}"
    );
    assert!(
        report.contains("arrives: POST https://bank.example/pay/\n"),
        "{report}"
    );
}

#[test]
fn a_request_that_is_sent_again() {
    let report = found(payer("until confirmed"));
    assert!(report.contains("2 of 1 are paid"), "{report}");
}

#[test]
fn a_number_that_is_heard_before_it_is_stored() {
    let report = found(listener("too early"));
    assert!(report.contains("it hears ["), "{report}");
}

#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    let reports = [
        tally("alone").runs(300).find(),
        bank("together").runs(300).find(),
        reminder("once").runs(300).find(),
        forgetful("for good").runs(300).find(),
        tenant("undone").runs(150).find(),
        talkers("shared").runs(150).find(),
        till("once").runs(600).find(),
        till("once, by the stub").runs(600).find(),
        hasty("surely").runs(600).find(),
        payer("with a key").runs(300).find(),
        listener("in time").runs(600).find(),
    ];
    assert_eq!(reports, [const { None }; 11]);
}

#[test]
fn a_seed_makes_the_same_run_every_time() {
    let first = found(reminder("again"));
    for _ in 0..10 {
        assert_eq!(reminder("again").find().expect("the same fault"), first);
    }
    let story = |seed| {
        let world = World::seeded(seed);
        let tally = world.get::<Tally>("t");
        let other = world.get::<Tally>("u");
        world.run(async {
            let mut calls = [Box::pin(tally.add_shared()), Box::pin(other.add_shared())];
            for call in &mut calls {
                call.await.unwrap();
            }
        });
        world.story()
    };
    for seed in 0..10 {
        assert_eq!(story(seed), story(seed));
    }
}

/// How many scenarios a second: `cargo test -p actors-tests --release --test search
/// -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn speed() {
    let runs = 20_000;
    let start = Instant::now();
    assert_eq!(forgetful("for good").runs(runs).find(), None);
    println!(
        "{:.0} runs a second",
        runs as f64 / start.elapsed().as_secs_f64()
    );
}
