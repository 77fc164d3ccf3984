use actors_core::prelude::*;

#[remote]
trait Billing {
    const MOST: u32;
    async fn charge(&self, cents: u32) -> Result<u32>;
}

fn main() {}
