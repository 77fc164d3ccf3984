use actors_core::prelude::*;

#[persist]
fn tick() {}

fn main() {}
