use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn greet<'a>(&'a self, name: String) -> String {
        name
    }
}

fn main() {}
