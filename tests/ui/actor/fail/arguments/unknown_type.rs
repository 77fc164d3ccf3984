use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn add(&mut self, step: Stepp) {
        self.count += 1;
    }
}

fn main() {}
