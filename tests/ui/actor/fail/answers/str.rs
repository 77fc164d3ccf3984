use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn title(&self) -> &str {
        "counter"
    }
}

fn main() {}
