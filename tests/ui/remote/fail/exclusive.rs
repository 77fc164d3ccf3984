use actors_core::prelude::*;

#[remote]
trait Billing {
    async fn charge(&mut self, cents: u32) -> Result<u32>;
}

fn main() {}
