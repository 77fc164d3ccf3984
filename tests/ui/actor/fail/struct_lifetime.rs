use actors_core::prelude::*;

#[actor]
pub struct Counter<'a> {
    name: &'a str,
}

#[actor]
impl Counter {
    pub fn count(&self) -> u32 {
        1
    }
}

fn main() {}
