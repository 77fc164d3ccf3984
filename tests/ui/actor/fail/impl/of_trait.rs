use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Drop for Counter {
    fn drop(&mut self) {}
}

#[actor]
impl Counter {}

fn main() {}
