use actors_core::prelude::*;

#[bindings(config = "kv_unbound.toml")]
pub struct Bindings {
    greeting: String,
    cache: Kv,
    other: Option<Kv>,
}

fn main() {}
