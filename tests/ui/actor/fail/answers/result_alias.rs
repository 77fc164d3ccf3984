use actors_core::prelude::*;

type Answer = std::result::Result<u32, String>;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn count(&self) -> Answer {
        Ok(self.count)
    }
}

fn main() {}
