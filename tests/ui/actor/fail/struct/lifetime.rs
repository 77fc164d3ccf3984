use actors_core::prelude::*;

#[actor]
pub struct Counter<'a> {
    name: &'a str,
}

#[actor]
impl Counter<'_> {
    pub fn length(&self) -> usize {
        self.name.len()
    }
}

fn main() {}
