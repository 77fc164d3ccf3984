use actors_core::prelude::*;

#[bindings]
struct Bindings {
    cache: Kv,
    #[binding = "CACHE"]
    sessions: Kv,
}

fn main() {}
