use actors_core::prelude::*;

#[remote(bindng = "BILLING")]
trait Billing {
    async fn charge(&self, cents: u32) -> Result<u32>;
}

fn main() {}
