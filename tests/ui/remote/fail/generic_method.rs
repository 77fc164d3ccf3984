use actors_core::prelude::*;

#[remote]
trait Billing {
    async fn charge<T>(&self, cents: T) -> Result<T>;
}

fn main() {}
