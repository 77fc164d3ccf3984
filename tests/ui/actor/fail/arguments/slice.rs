use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn sum(&self, bytes: &[u8]) -> u32 {
        bytes.len() as u32
    }
}

fn main() {}
