use actors_core::prelude::*;

struct Receipt {
    number: u32,
}

#[remote]
trait Billing {
    async fn charge(&self, cents: u32) -> Result<Receipt>;
}

fn main() {}
