use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u64,
}

#[actor]
impl Counter {
    pub fn with_retries(&self) -> u64 {
        self.count
    }
}


fn main() {}
