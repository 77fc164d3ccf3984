use actors_core::prelude::*;

#[remote]
trait Billing<T> {
    async fn charge(&self, cents: T) -> Result<T>;
}

fn main() {}
