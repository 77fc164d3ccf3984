//! Where the native backend can't agree with workerd, as `testing` says.

use std::future::Future;

use actors_core::testing;
use actors_fixtures::crossing::Crossing;
use serde_json::json;

use crate::world::World;

#[test]
fn workerd_counts_scanned_rows_and_those_of_indices_too() {
    let counted = |world: World| world.object("STATEMENTS", "a").ask("counted", json!([]));
    assert_eq!(counted(World::in_workerd("counted")), json!([10, 2]));
    assert_eq!(counted(World::native()), json!([1, 1]));
}

#[test]
fn a_text_has_the_limit_of_production_which_a_local_workerd_does_not_keep() {
    let store = |world: World| {
        world
            .object("STATEMENTS", "a")
            .call("store", json!([2_200_000]))
    };
    assert!(store(World::in_workerd("long-text")).is_ok());
    assert!(store(World::native()).is_err());
}

#[test]
fn calls_that_are_made_at_once_keep_their_order_but_under_a_seed() {
    let order = |world: testing::World| {
        let crossing = world.get::<Crossing>("a");
        let (first, second) = (crossing.note(1), crossing.note(2));
        let (mut first, mut second) = (std::pin::pin!(first), std::pin::pin!(second));
        // Both are begun before either is awaited.
        world.run(std::future::poll_fn(|cx| {
            let _ = (first.as_mut().poll(cx), second.as_mut().poll(cx));
            std::task::Poll::Ready(())
        }));
        world.run_until_idle();
        world.run(crossing.order()).expect("an order")
    };
    let in_order = [1, 2];
    assert_eq!(order(testing::World::new()), in_order);
    let seeded: Vec<_> = (0..10)
        .map(|seed| order(testing::World::seeded(seed)))
        .collect();
    assert!(seeded.iter().any(|order| *order == [2, 1]), "{seeded:?}");
}
