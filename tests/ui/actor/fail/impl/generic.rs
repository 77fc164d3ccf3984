use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl<T> Counter {
    pub fn count(&self) -> u32 {
        1
    }
}

fn main() {}
