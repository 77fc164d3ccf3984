use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    #[alarm(evry = "5m")]
    fn tick(&mut self) {}
}

fn main() {}
