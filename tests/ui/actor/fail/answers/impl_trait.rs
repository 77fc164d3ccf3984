use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn counts(&self) -> impl Iterator<Item = u32> {
        0..self.count
    }
}

fn main() {}
