use actors_core::prelude::*;

#[remote(binding = "BILLING")]
struct Billing {
    cents: u32,
}

fn main() {}
