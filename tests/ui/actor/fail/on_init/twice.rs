use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    #[on_init]
    fn first(&mut self) {}

    #[on_init]
    fn second(&mut self) {}
}

fn main() {}
