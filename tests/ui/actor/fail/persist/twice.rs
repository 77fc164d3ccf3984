use actors_core::prelude::*;

#[actor]
pub struct Counter {
    #[persist]
    #[persist]
    count: u32,
}

#[actor]
impl Counter {
    pub fn count(&self) -> u32 {
        1
    }
}

fn main() {}
