use actors_core::prelude::*;

#[bindings]
struct Bindings {
    #[binding(OTHER)]
    cache: Kv,
}

fn main() {}
