use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    fn add(&mut self, by: u32) -> u32 {
        self.count += by;
        self.count
    }
}

pub async fn visit(env: &Env) -> Result<u32> {
    Counter::get(env, "visits")?.add(1).await
}

fn main() {}
