use actors_core::prelude::*;

#[bindings]
struct Bindings {
    greeting: &'static str,
}

fn main() {}
