use actors_core::prelude::*;
use std::cell::RefCell;

#[actor]
pub struct Counter {
    #[persist]
    seen: RefCell<Vec<String>>,
}

#[actor]
impl Counter {}

fn main() {}
