use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    #[on_start]
    fn prepare(&mut self) {}
}

fn main() {}
