use actors_core::prelude::*;

pub enum Light {
    Red,
    Green,
}

#[actor]
pub struct Counter {
    light: Light,
}

#[actor]
impl Counter {
    pub fn count(&self) -> u32 {
        1
    }
}

fn main() {}
