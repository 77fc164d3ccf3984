use actors_core::prelude::*;

#[actor(binding = "A", binding = "B")]
pub struct Counter {}

#[actor]
impl Counter {
    pub fn count(&self) -> u32 {
        1
    }
}

fn main() {}
