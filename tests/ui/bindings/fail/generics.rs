use actors_core::prelude::*;

#[bindings]
struct Bindings<T> {
    jobs: Queue<T>,
}

fn main() {}
