use actors_core::prelude::*;

#[remote]
trait Billing {
    async fn charge(&self, cents: u32) -> Result<u32>;

    async fn charge_twice(&self, cents: u32) -> Result<u32> {
        self.charge(cents).await?;
        self.charge(cents).await
    }
}

fn main() {}
