use actors_core::prelude::*;

#[actor]
#[alarm]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {}

fn main() {}
