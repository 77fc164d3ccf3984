use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn parse(&self, text: String) -> Result<u32> {
        Ok(text.parse::<u32>()?)
    }
}

fn main() {}
