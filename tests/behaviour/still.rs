//! A persisted field that changes behind `&self`: natively the turn that does it fails.

#![allow(missing_docs, unreachable_pub, reason = "an actor of the tests")]

use std::collections::HashSet;
use std::sync::Mutex;

use actors_core::prelude::*;
use actors_core::testing::World;

/// What no marker tells of.
#[derive(Default, serde::Serialize, serde::Deserialize)]
pub struct Hits(Mutex<u32>);

impl Hits {
    fn add(&self) {
        *self.0.lock().expect("one thread") += 1;
    }
}

#[actor]
pub struct Hidden {
    #[persist]
    names: HashSet<String>,
    #[persist]
    hits: Hits,
}

#[actor]
impl Hidden {
    pub fn hit(&self) {
        self.hits.add();
    }

    pub async fn hit_slowly(&self) {
        self.hits.add();
    }

    pub fn hit_alone(&mut self) {
        self.hits.add();
    }

    pub fn add(&mut self, name: String) -> Result<()> {
        self.names.insert(name.clone());
        match &*name {
            "nobody" => Err(Error::invalid("nobody is called that")),
            _ => Ok(()),
        }
    }

    pub fn look(&self) -> usize {
        self.names.len()
    }
}

#[test]
fn a_shared_turn_that_changes_a_persisted_field_fails_and_names_it() {
    let world = World::new();
    let hidden = world.get::<Hidden>("a");
    world
        .run(hidden.hit_alone())
        .expect("an exclusive turn may");
    assert_eq!(world.run(hidden.look()), Ok(0));
    let error = world.run(hidden.hit()).expect_err("it would be lost");
    assert!(
        error.message().contains("the persisted field `hits`"),
        "{error}"
    );
    let world = World::new();
    let hidden = world.get::<Hidden>("a");
    let error = world
        .run(hidden.hit_slowly())
        .expect_err("it would be lost");
    assert!(
        error.message().contains("the persisted field `hits`"),
        "{error}"
    );
}

#[test]
fn a_set_that_was_put_back_in_another_order_has_not_changed() {
    let world = World::new();
    let hidden = world.get::<Hidden>("a");
    for name in 0..50 {
        world.run(hidden.add(name.to_string())).expect("a name");
    }
    world
        .run(hidden.add("nobody".into()))
        .expect_err("it fails");
    assert_eq!(world.run(hidden.look()), Ok(50));
    world.evict_all();
    assert_eq!(world.run(hidden.look()), Ok(50));
}
