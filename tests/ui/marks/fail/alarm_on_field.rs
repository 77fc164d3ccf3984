use actors_core::prelude::*;

#[actor]
pub struct Counter {
    #[alarm]
    count: u32,
}

#[actor]
impl Counter {}

fn main() {}
