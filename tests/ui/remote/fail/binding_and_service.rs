use actors_core::prelude::*;

#[remote(binding = "BILLING", service = "BILLING")]
trait Billing {
    async fn charge(&self, cents: u32) -> Result<u32>;
}

fn main() {}
