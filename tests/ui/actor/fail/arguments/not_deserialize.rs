use actors_core::prelude::*;

#[derive(actors_core::serde::Serialize)]
#[serde(crate = "actors_core::serde")]
pub struct Step {
    by: u32,
}

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn add(&mut self, steps: Vec<Step>) {
        self.count += steps.len() as u32;
    }
}

fn main() {}
