use actors_core::prelude::*;

#[bindings]
struct Bindings {
    tags: Option<Vec<String>>,
}

fn main() {}
