use actors_core::prelude::*;

#[actor(crate = "actors_core")]
pub struct Counter {}

#[actor]
impl Counter {
    pub fn count(&self) -> u32 {
        1
    }
}

fn main() {}
