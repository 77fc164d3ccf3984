use actors_core::prelude::*;

pub struct Counter<T> {
    count: T,
}

#[actor]
impl<T> Counter<T> {
    pub fn count(&self) -> u32 {
        1
    }
}

fn main() {}
