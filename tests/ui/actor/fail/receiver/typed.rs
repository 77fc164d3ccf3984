use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn count(self: &Self) -> u32 {
        self.count
    }
}

fn main() {}
