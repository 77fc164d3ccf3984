//! The shop, natively: the world around it is set up by the test.

use std::cell::RefCell;
use std::rc::Rc;

use actors_core::prelude::*;
use actors_core::testing::World;
use actors_examples::Worker;
use actors_examples::shop::{Billing, BillingStub, Bindings, Order, Parcel, Shop};
use serde_json::json;

/// Who has paid how often, by the keys.
type Charges = Rc<RefCell<Vec<String>>>;

struct Account(Charges);

impl Billing for Account {
    async fn charge(&self, key: String, _cents: u32) -> Result<u64> {
        let mut charges = self.0.borrow_mut();
        let known = charges.iter().position(|known| *known == key);
        Ok(1 + known.unwrap_or_else(|| {
            charges.push(key);
            charges.len() - 1
        }) as u64)
    }
}

fn world(charges: &Charges) -> World {
    let charges = charges.clone();
    World::new()
        .secret("HOOK_KEY", "secret")
        .var("HOOK_URL", "https://hook.example/orders")
        .kv("SALES")
        .queue("PACKING")
        .remote::<BillingStub, _>(move |_| Account(charges.clone()))
        .on_fetch("hook.example", async |request| {
            assert_eq!(request.headers()["authorization"], "Bearer secret");
            Ok(http::Response::new(""))
        })
}

/// Sends an order to the Worker: the status and the text of the response.
fn order(world: &World, key: &str, item: &str) -> (u16, String) {
    let request = http::Request::post("/shops/corner/orders")
        .header("idempotency-key", key)
        .header("content-type", "application/json")
        .body(json!({ "item": item, "cents": 450 }).to_string());
    let response = world
        .fetch::<Worker>(request.expect("a request"))
        .expect("a response");
    let status = response.status().as_u16();
    let body = world.run(response.into_body().bytes()).expect("a body");
    (status, String::from_utf8_lossy(&body).into_owned())
}

fn orders(world: &World) -> Vec<Order> {
    world
        .run(world.get::<Shop>("corner").orders())
        .expect("orders")
}

#[test]
fn an_order_is_taken_and_settled_once() {
    let charges = Charges::default();
    let world = world(&charges);
    assert_eq!(order(&world, "a", "soup"), (200, "1".into()));
    assert_eq!(order(&world, "a", "soup"), (200, "1".into()));
    assert_eq!(order(&world, "b", "bread"), (200, "2".into()));
    world.run_until_idle();
    assert_eq!(*charges.borrow(), ["corner 1", "corner 2"]);
    let parcels: Vec<_> = world
        .sent::<Parcel>("PACKING")
        .into_iter()
        .map(|sent| sent.message.item)
        .collect();
    assert_eq!(parcels, ["soup", "bread"]);
    let sold = world.env().kv("SALES").unwrap();
    assert_eq!(world.run(sold.get_json::<u64>("corner")), Ok(Some(900)));
    assert!(
        orders(&world)
            .iter()
            .all(|order| order.is_told && order.is_passed_on)
    );
}

#[test]
fn what_fails_goes_on_where_it_has_stopped() {
    let charges = Charges::default();
    let answers = Rc::new(RefCell::new(vec![200, 503, 500]));
    let world = world(&charges).on_fetch("hook.example", async move |_| {
        let status = answers.borrow_mut().pop().expect("not asked so often");
        Ok(http::Response::builder().status(status).body("")?)
    });
    order(&world, "a", "soup");
    world.run_until_idle();
    let [first] = &*orders(&world) else {
        panic!("one order")
    };
    assert_eq!((first.receipt, first.is_told), (Some(1), false));
    world.crash::<Shop>("corner");
    world.advance(minutes(1));
    assert_eq!(*charges.borrow(), ["corner 1"]);
    assert_eq!(world.sent::<Parcel>("PACKING").len(), 1);
}

#[test]
fn what_is_missing_is_named_before_an_order_is_taken() {
    let world = World::new().var("HOOK_URL", "no url").kv("SALES");
    // The log has the error, the client has not.
    assert_eq!(order(&world, "a", "soup").0, 500);
    let error = Bindings::of(world.env()).err().expect("an error");
    let text = error.message();
    for part in ["`HOOK_KEY`", "`HOOK_URL`: invalid uri", "`PACKING`"] {
        assert!(text.contains(part), "{text}");
    }
    assert!(orders(&world).is_empty());
}
