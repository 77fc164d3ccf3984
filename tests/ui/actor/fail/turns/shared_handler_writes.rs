use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn add(&self, by: u32) {
        self.count += by;
    }
}

fn main() {}
