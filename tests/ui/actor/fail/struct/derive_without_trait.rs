use actors_core::prelude::*;

#[actor]
#[derive(Clone)]
pub struct Counter {
    lock: std::sync::Mutex<u32>,
}

#[actor]
impl Counter {
    pub fn count(&self) -> u32 {
        1
    }
}

fn main() {}
