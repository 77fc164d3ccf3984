use actors_core::prelude::*;
use std::cell::Cell;

#[actor]
pub struct Counter {
    #[persist]
    seen: Cell<u64>,
}

#[actor]
impl Counter {}

fn main() {}
