use actors_core::prelude::*;

pub struct Step {
    by: u32,
}

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn add(&mut self, step: Step) {
        self.count += step.by;
    }
}

fn main() {}
