use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn count(&self) -> Result<&u32> {
        Ok(&self.count)
    }
}

fn main() {}
