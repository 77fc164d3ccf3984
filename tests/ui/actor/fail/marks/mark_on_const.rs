use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    #[alarm]
    const LIMIT: u32 = 5;

    pub fn count(&self) -> u32 {
        self.count
    }
}

fn main() {}
