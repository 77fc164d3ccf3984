use actors_core::prelude::*;

#[bindings]
struct Bindings {
    #[secret("STRIPE_KEY")]
    key: String,
}

fn main() {}
