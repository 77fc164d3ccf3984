use actors_core::prelude::*;

pub struct Visit {
    page: String,
}

#[actor(tables(Visit))]
pub struct Counter {}

#[actor]
impl Counter {
    pub fn count(&self) -> u32 {
        1
    }
}

fn main() {}
