use actors_core::prelude::*;

#[bindings]
struct Bindings(Kv, String);

fn main() {}
