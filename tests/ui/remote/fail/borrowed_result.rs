use actors_core::prelude::*;

#[remote]
trait Billing {
    async fn note(&self) -> Result<&str>;
}

fn main() {}
