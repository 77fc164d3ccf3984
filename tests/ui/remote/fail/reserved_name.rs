use actors_core::prelude::*;

#[remote]
trait Billing {
    async fn fetch(&self, number: u32) -> Result<u32>;
}

fn main() {}
