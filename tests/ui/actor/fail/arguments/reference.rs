use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn sum(&self, words: &Vec<String>) -> u32 {
        words.len() as u32
    }
}

fn main() {}
