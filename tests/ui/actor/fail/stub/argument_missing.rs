use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn add(&mut self, by: u32) -> u32 {
        self.count += by;
        self.count
    }
}

pub async fn visit(env: &Env) -> Result<u32> {
    Counter::get(env, "visits")?.add().await
}

fn main() {}
