//! Sessions under `cargo test`: how they end, and what is left of them.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use actors_core::prelude::*;
use actors_core::testing::{Run, Search, World};
use actors_examples::session::{
    Beginning, Lifetime, Preferences, Proof, Session, Theme, User, Visitor,
};
use serde_json::json;

/// Half an hour without a request, two hours in any case.
const LIFETIME: Lifetime = Lifetime {
    idle: 1800,
    total: 7200,
};

fn proof(session: &str) -> Proof {
    Proof(format!("of {session}"))
}

async fn sign_in(user: <User as Actor>::Stub, session: &str) -> Result<()> {
    user.sign_in(session.into(), proof(session), "a browser".into(), LIFETIME)
        .await
}

fn signed_in(world: &World, session: &str) {
    world
        .run(sign_in(world.get::<User>("ann"), session))
        .expect("a session");
}

fn touch(world: &World, session: &str) -> Option<Visitor> {
    let stub = world.get::<Session>(session);
    world.run(stub.touch(proof(session))).expect("an answer")
}

fn devices(world: &World) -> Vec<String> {
    let devices = world.run(world.get::<User>("ann").devices());
    let devices = devices.expect("a list").into_iter();
    devices.map(|listed| listed.session).collect()
}

/// How many tables an object has: none if nothing is left of it.
fn tables<A: Actor>(world: &World, name: &str) -> u32 {
    // An object that ends is removed a moment later.
    world.advance(seconds(1));
    let count = "SELECT COUNT(*) FROM sqlite_master WHERE name GLOB '_actors*' \
                 OR name IN ('devices', 'session_values')";
    world.rows::<A, u32>(name, count, ()).expect("a count")[0]
}

#[test]
fn a_session_that_is_used_lasts_and_one_that_is_not_ends() {
    let world = World::new();
    signed_in(&world, "s");
    let started = world.now();
    for _ in 0..3 {
        world.advance(minutes(25));
        let visitor = touch(&world, "s").expect("it is used");
        assert_eq!((&*visitor.user, visitor.seen), ("ann", world.now()));
    }
    world.advance(minutes(30) - seconds(1));
    assert!(world.now() - started > hours(1), "sliding");
    assert_eq!(devices(&world), ["s"], "looking is not using");
    world.advance(seconds(1));
    assert_eq!(touch(&world, "s"), None);
    assert_eq!(tables::<Session>(&world, "s"), 0);
    assert_eq!(devices(&world), [""; 0]);
    assert_eq!(tables::<User>(&world, "ann"), 0);
}

#[test]
fn a_session_ends_at_last_however_much_it_is_used() {
    let world = World::new();
    signed_in(&world, "s");
    for _ in 0..11 {
        world.advance(minutes(10));
        assert!(touch(&world, "s").is_some());
    }
    world.advance(minutes(10) - Duration::from_millis(1));
    let visitor = touch(&world, "s").expect("it lasts to the end");
    assert_eq!(visitor.ends - visitor.now, Duration::from_millis(1));
    world.advance(Duration::from_millis(1));
    assert_eq!(touch(&world, "s"), None);
    assert_eq!(tables::<Session>(&world, "s"), 0);
    assert_eq!(tables::<User>(&world, "ann"), 0);
}

/// The alarm may be late, or lost: what is over is over.
#[test]
fn a_session_whose_alarm_is_lost_ends_all_the_same() {
    let world = World::new();
    signed_in(&world, "s");
    world.lose_alarm::<Session>("s");
    world.advance(minutes(30));
    let session = world.get::<Session>("s");
    assert_eq!(world.run(session.look()).unwrap(), None);
    assert_eq!(touch(&world, "s"), None);
    let refused = world.run(session.kept("note".into())).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unauthorized);
}

#[test]
fn using_a_session_writes_only_now_and_then() {
    let world = World::new();
    signed_in(&world, "s");
    world.advance(minutes(3));
    assert_eq!(touch(&world, "s").expect("it is live").seen, world.now());
    world.advance(minutes(2));
    let seen = touch(&world, "s").expect("it is live").seen;
    assert_eq!(seen, world.now() - minutes(2));
}

#[test]
fn only_who_has_the_secret_uses_a_session() {
    let world = World::new();
    signed_in(&world, "s");
    for wrong in ["", "of s ", "of S", "of x"] {
        let session = world.get::<Session>("s");
        let touched = world.run(session.touch(Proof(wrong.into())));
        assert_eq!(touched.unwrap(), None, "{wrong:?}");
    }
    assert_eq!(touch(&world, "another"), None);
    assert_eq!(tables::<Session>(&world, "another"), 0, "asking makes none");
}

#[test]
fn a_session_knows_typed_data_and_any_json_until_it_ends() {
    let world = World::new();
    signed_in(&world, "s");
    let session = world.get::<Session>("s");
    let dark = Preferences { theme: Theme::Dark };
    world.run(session.prefer(dark)).unwrap();
    let cart = json!({ "items": [{ "id": 7, "count": 2 }], "total": 9.5 });
    world
        .run(session.keep("cart".into(), cart.clone()))
        .unwrap();
    world.evict_all();
    assert_eq!(touch(&world, "s").expect("it is live").preferences, dark);
    assert_eq!(world.run(session.kept("cart".into())).unwrap(), Some(cart));
    assert_eq!(world.run(session.kept("else".into())).unwrap(), None);
    world.run(session.keep("cart".into(), json!(null))).unwrap();
    assert_eq!(world.run(session.kept("cart".into())).unwrap(), None);

    let large = json!("x".repeat(20_000));
    assert!(world.run(session.keep("large".into(), large)).is_err());
    for number in 0..32 {
        world
            .run(session.keep(format!("{number}"), json!(1)))
            .unwrap();
    }
    assert!(world.run(session.keep("33rd".into(), json!(1))).is_err());
    assert_eq!(world.run(session.kept("33rd".into())).unwrap(), None);
    world.run(session.end()).unwrap();
    assert_eq!(tables::<Session>(&world, "s"), 0);
}

#[test]
fn a_user_signs_out_here_there_and_everywhere() {
    let world = World::new();
    let ann = world.get::<User>("ann");
    for session in ["laptop", "phone", "work"] {
        world.advance(seconds(1));
        signed_in(&world, session);
    }
    assert_eq!(devices(&world), ["work", "phone", "laptop"]);
    world.run(ann.sign_out("phone".into())).unwrap();
    assert_eq!(touch(&world, "phone"), None);
    assert_eq!(devices(&world), ["work", "laptop"]);

    world
        .run(sign_in(world.get::<User>("bob"), "bobs"))
        .unwrap();
    let refused = world.run(ann.sign_out("bobs".into())).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::NotFound);
    assert!(touch(&world, "bobs").is_some());

    world.run(ann.sign_out_everywhere()).unwrap();
    for session in ["laptop", "phone", "work"] {
        assert_eq!(touch(&world, session), None);
        assert_eq!(tables::<Session>(&world, session), 0);
    }
    world.advance(minutes(2));
    assert_eq!(devices(&world), [""; 0]);
    assert_eq!(tables::<User>(&world, "ann"), 0);
}

#[test]
fn a_session_begins_once_and_not_late() {
    let world = World::new();
    let beginning = |since| Beginning {
        user: "ann".into(),
        proof: proof("s"),
        lifetime: LIFETIME,
        since,
    };
    let session = world.get::<Session>("s");
    let long_ago = world.now() - minutes(2);
    assert!(world.run(session.begin(beginning(long_ago))).is_err());
    assert!(world.run(session.begin(beginning(world.now()))).is_ok());
    let again = world.run(session.begin(beginning(world.now())));
    assert_eq!(again.unwrap_err().kind(), ErrorKind::Conflict);
}

/// What the search knows of sessions, which are called 1, 2, 3 …
#[derive(Default)]
struct Known {
    last: Cell<u32>,
    /// Those that have begun for certain.
    begun: RefCell<BTreeSet<u32>>,
    /// Those that are over for certain.
    ended: RefCell<BTreeSet<u32>>,
    /// Whom a front that remembers would still let in.
    remembered: RefCell<BTreeSet<u32>>,
    let_in: RefCell<Vec<String>>,
}

async fn use_latest(run: &Run<Known>, how: &str) {
    let known = run.model();
    let number = known.last.get();
    let was_over = known.ended.borrow().contains(&number);
    let name = number.to_string();
    let is_remembered = how == "remembers" && known.remembered.borrow().contains(&number);
    let visitor = run.get::<Session>(&name).touch(proof(&name)).await;
    let visitor = visitor.ok().flatten();
    if let Some(visitor) = &visitor {
        known.remembered.borrow_mut().insert(number);
        if visitor.now >= visitor.since + hours(2) || visitor.now >= visitor.ends {
            known
                .let_in
                .borrow_mut()
                .push(format!("{name} after its time"));
        }
    }
    if was_over && (visitor.is_some() || is_remembered) {
        known
            .let_in
            .borrow_mut()
            .push(format!("{name} after its end"));
    }
}

/// The sessions of a user, with a front that is right, or one that is wrong in a known way.
fn sessions(how: &'static str) -> Search<Known> {
    Search::<Known>::new()
        .step("sign in", async move |run| {
            let number = run.model().last.get() + 1;
            run.model().last.set(number);
            let name = number.to_string();
            if how == "begins first" {
                let beginning = Beginning {
                    user: "ann".into(),
                    proof: proof(&name),
                    lifetime: LIFETIME,
                    since: World::new().now(),
                };
                let _ = run.get::<Session>(&name).begin(beginning).await;
            }
            if sign_in(run.get::<User>("ann"), &name).await.is_ok() {
                run.model().begun.borrow_mut().insert(number);
            }
        })
        .step("use the latest", async move |run| {
            use_latest(&run, how).await
        })
        .step("sign out everywhere", async |run| {
            let begun = run.model().begun.borrow().clone();
            if run.get::<User>("ann").sign_out_everywhere().await.is_ok() {
                run.model().ended.borrow_mut().extend(begun);
            }
        })
        .step("look at the devices", async |run| {
            let _ = run.get::<User>("ann").devices().await;
        })
        .invariant(
            "nobody is let in who is not signed in",
            |_, known| match known.let_in.borrow().first() {
                Some(who) => Err(who.clone()),
                None => Ok(()),
            },
        )
        .invariant("each session can be found", |world, known| {
            let devices = devices(world);
            for number in 1..=known.last.get() {
                let name = number.to_string();
                let live = world.run(world.get::<Session>(&name).look());
                if live.is_ok_and(|live| live.is_some()) && !devices.contains(&name) {
                    return Err(format!("{name} is not among {devices:?}"));
                }
            }
            Ok(())
        })
        .invariant("nothing outlives its time", |world, known| {
            world.advance(hours(3));
            for number in 1..=known.last.get() {
                if tables::<Session>(world, &number.to_string()) > 0 {
                    return Err(format!("session {number} is still there"));
                }
            }
            match tables::<User>(world, "ann") {
                0 => Ok(()),
                _ => Err("the user is still there".to_owned()),
            }
        })
}

#[test]
fn whatever_crashes_no_session_is_out_of_reach_or_outlives_its_time() {
    sessions("as it should").runs(400).check();
}

#[test]
fn a_front_that_remembers_who_is_signed_in_is_found_out() {
    let report = sessions("remembers").runs(400).find().expect("a fault");
    assert!(report.contains("after its end"), "{report}");
}

#[test]
fn a_session_that_begins_before_it_is_noted_is_found_out() {
    let report = sessions("begins first").runs(400).find().expect("a fault");
    assert!(report.contains("is not among"), "{report}");
}
