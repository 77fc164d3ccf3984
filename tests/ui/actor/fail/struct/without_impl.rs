use actors_core::prelude::*;

#[actor]
pub struct Counter {
    #[persist]
    count: u64,
}

pub async fn ask(env: &Env) -> Result<u64> {
    Counter::get(env, "a")?.add(1).await
}

fn main() {}
