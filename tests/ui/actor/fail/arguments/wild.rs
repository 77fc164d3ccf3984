use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn add(&mut self, _: u32) {
        self.count += 1;
    }
}

fn main() {}
