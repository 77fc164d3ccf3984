use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn add(&mut self, (a, b): (u32, u32)) {
        self.count += a + b;
    }
}

fn main() {}
