use actors_core::prelude::*;

#[actor]
pub struct Counter {}

impl Counter {
    pub fn count(&self) -> u32 {
        1
    }
}

pub async fn ask(env: &Env) -> Result<u32> {
    Counter::get(env, "one")?.count().await
}

fn main() {}
