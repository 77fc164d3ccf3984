use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn merge(&mut self, other: Self) {
        self.count += other.count;
    }
}

fn main() {}
