use actors_core::prelude::*;

#[remote]
trait Billing {
    #[remote(name = "constructor")]
    async fn construct(&self, number: u32) -> Result<u32>;
}

fn main() {}
