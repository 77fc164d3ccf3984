use actors_core::prelude::*;

#[remote]
trait Billing {
    async fn charge(&self, note: &str) -> Result<u32>;
}

fn main() {}
