use actors_core::prelude::*;

#[actor]
pub enum Light {
    Red,
    Green,
}

fn main() {}
