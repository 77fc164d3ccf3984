use actors_core::prelude::*;

#[bindings(kv)]
struct Bindings {
    cache: Kv,
}

fn main() {}
