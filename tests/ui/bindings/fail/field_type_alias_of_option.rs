use actors_core::prelude::*;

type Maybe = Option<String>;

#[bindings]
struct Bindings {
    greeting: Maybe,
}

fn main() {}
