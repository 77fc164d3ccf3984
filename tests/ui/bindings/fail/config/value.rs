use actors_core::prelude::*;

#[bindings(config = true)]
pub struct Bindings {
    cache: Kv,
}

fn main() {}
