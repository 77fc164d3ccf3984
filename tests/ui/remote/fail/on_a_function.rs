use actors_core::prelude::*;

#[remote]
async fn charge(cents: u32) -> Result<u32> {
    Ok(cents)
}

fn main() {}
