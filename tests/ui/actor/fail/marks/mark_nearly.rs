use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    #[alarms]
    fn tick(&mut self) {}
}

fn main() {}
