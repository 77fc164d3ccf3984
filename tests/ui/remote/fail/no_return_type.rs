use actors_core::prelude::*;

#[remote]
trait Billing {
    async fn charge(&self, cents: u32);
}

fn main() {}
