use actors_core::prelude::*;

#[bindings]
struct Bindings<'a> {
    greeting: &'a str,
}

fn main() {}
