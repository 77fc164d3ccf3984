use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn count(&self) -> std::io::Result<u32> {
        Ok(1)
    }
}

fn main() {}
