use actors_core::prelude::*;

#[persist]
pub struct Counter {
    count: u32,
}

fn main() {}
