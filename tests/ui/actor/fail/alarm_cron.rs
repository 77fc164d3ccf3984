use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    #[alarm(cron = "0 0 * * *")]
    fn tick(&mut self) {}
}

fn main() {}
