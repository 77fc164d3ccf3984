use actors_core::prelude::*;

#[remote]
trait Billing {
    async fn charge(&self, cents: u32) -> Result<u32, String>;
}

fn main() {}
