use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use actors_core::prelude::*;

#[derive(Default, serde::Serialize, serde::Deserialize)]
pub struct Seen {
    hits: Cell<u32>,
}

#[actor]
pub struct Counter {
    #[persist]
    seen: BTreeMap<String, Box<Seen>>,
    // Not stored, so it may.
    shared: Rc<Cell<u64>>,
}

#[actor]
impl Counter {}

fn main() {}
