use actors_core::prelude::*;

struct Card {
    number: String,
}

#[remote]
trait Billing {
    async fn charge(&self, card: Card) -> Result<u32>;
}

fn main() {}
