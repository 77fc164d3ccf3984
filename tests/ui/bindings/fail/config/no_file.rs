use actors_core::prelude::*;

#[bindings(config = "nowhere.toml")]
pub struct Bindings {
    cache: Kv,
}

fn main() {}
