use actors_core::prelude::*;

#[bindings]
struct Bindings {
    #[secret]
    #[secret]
    key: String,
}

fn main() {}
