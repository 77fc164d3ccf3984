use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    #[alarm]
    pub fn expire(&mut self) {}
}

fn main() {}
