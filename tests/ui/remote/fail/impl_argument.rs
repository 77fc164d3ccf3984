use actors_core::prelude::*;

#[remote]
trait Billing {
    async fn charge(&self, note: impl Into<String>) -> Result<u32>;
}

fn main() {}
