use actors_core::prelude::*;

#[actor]
pub struct Counter {
    #[persist]
    count: u64,
}

impl Counter {
    pub fn add(&mut self, by: u64) -> u64 {
        self.count += by;
        self.count
    }
}

pub async fn ask(env: &Env) -> Result<u64> {
    let counter: CounterStub = Counter::get(env, "a")?;
    counter.add(1).await
}

fn main() {}
