use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn greet<T: Into<String>>(&self, name: T) -> String {
        name.into()
    }
}

fn main() {}
