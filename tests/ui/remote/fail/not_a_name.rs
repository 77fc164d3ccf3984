use actors_core::prelude::*;

#[remote]
trait Billing {
    #[remote(name = "charge-card")]
    async fn charge(&self, cents: u32) -> Result<u32>;
}

fn main() {}
