use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    #[on_init(first)]
    fn prepare(&mut self) {}
}

fn main() {}
