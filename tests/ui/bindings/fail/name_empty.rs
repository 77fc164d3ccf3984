use actors_core::prelude::*;

#[bindings]
struct Bindings {
    #[binding = ""]
    cache: Kv,
}

fn main() {}
