use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    #[on_init]
    fn prepare(&self) -> u32 {
        self.count
    }
}

fn main() {}
