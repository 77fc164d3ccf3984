use actors_core::prelude::*;

struct Limits {
    max: u32,
}

#[bindings]
struct Bindings {
    limits: Json<Limits>,
}

fn main() {}
