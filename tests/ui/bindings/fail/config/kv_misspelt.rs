use actors_core::prelude::*;

#[bindings(config = "kv_misspelt.toml")]
pub struct Bindings {
    cache: Kv,
}

fn main() {}
