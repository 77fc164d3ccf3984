use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn greet(&self, name: impl Into<String>) -> String {
        name.into()
    }
}

fn main() {}
