use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u64,
}

#[actor]
impl Counter {
    pub fn add(&mut self, env: Env) -> Result<u64> {
        let _ = env;
        Ok(1)
    }
}

fn main() {}
