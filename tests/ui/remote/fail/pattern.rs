use actors_core::prelude::*;

#[remote]
trait Billing {
    async fn charge(&self, (cents, times): (u32, u32)) -> Result<u32>;
}

fn main() {}
