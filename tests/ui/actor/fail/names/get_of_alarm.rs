use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u64,
}

#[actor]
impl Counter {
    #[alarm]
    fn get(&mut self) {
        self.count += 1;
    }
}

fn main() {}
