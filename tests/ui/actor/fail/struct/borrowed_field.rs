use actors_core::prelude::*;

#[actor]
pub struct Counter {
    name: &str,
}

#[actor]
impl Counter {
    pub fn count(&self) -> u32 {
        1
    }
}

fn main() {}
