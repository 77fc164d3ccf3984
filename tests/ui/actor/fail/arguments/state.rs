use actors_core::prelude::*;

struct State;

#[actor]
pub struct Counter {
    count: u64,
}

#[actor]
impl Counter {
    pub fn add(&mut self, state: &State) -> Result<u64> {
        let _ = state;
        Ok(1)
    }
}

fn main() {}
