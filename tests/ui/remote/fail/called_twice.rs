use actors_core::prelude::*;

#[remote]
trait Billing {
    async fn charge(&self, cents: u32) -> Result<u32>;

    #[remote(name = "charge")]
    async fn charge_again(&self, cents: u32) -> Result<u32>;
}

fn main() {}
