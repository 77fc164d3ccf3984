use actors_core::prelude::*;

#[remote]
trait Billing {
    fn charge(&self, cents: u32) -> Result<u32>;
}

fn main() {}
