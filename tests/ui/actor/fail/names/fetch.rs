use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn fetch(&self, request: String) -> String {
        request
    }
}

fn main() {}
