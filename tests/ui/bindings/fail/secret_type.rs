use actors_core::prelude::*;

#[bindings]
struct Bindings {
    #[secret]
    key: Vec<u8>,
}

fn main() {}
