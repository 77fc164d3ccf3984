use actors_core::prelude::*;

#[actor]
pub struct Counter {
    #[persist]
    count: u64,
}

#[actor]
impl Counter {
    pub fn add(&mut self, by: u64) -> u64 {
        self.count += by;
        self.count
    }
}

pub async fn ask(env: &Env) -> Result<u64> {
    Ok(Counter::get(env, "a")?.add(1).unwrap_or(0))
}

fn main() {}
