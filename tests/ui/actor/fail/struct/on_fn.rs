use actors_core::prelude::*;

#[actor]
fn count() -> u32 {
    1
}

fn main() {}
