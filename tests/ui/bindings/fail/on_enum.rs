use actors_core::prelude::*;

#[bindings]
enum Bindings {
    Cache(Kv),
}

fn main() {}
