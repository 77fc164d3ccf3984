use actors_core::prelude::*;

#[bindings]
struct Bindings {
    #[secret]
    cache: Kv,
}

fn main() {}
