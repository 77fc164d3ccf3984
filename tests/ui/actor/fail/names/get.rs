use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u64,
}

#[actor]
impl Counter {
    pub fn get(&self) -> u64 {
        self.count
    }
}


fn main() {}
