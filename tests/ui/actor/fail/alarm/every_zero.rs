use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    #[alarm(every = "0s")]
    fn tick(&mut self) {}
}

fn main() {}
