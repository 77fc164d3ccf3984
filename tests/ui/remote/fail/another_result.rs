use actors_core::prelude::*;

mod own {
    pub type Result<T> = std::result::Result<T, String>;
}

#[remote]
trait Billing {
    async fn charge(&self, cents: u32) -> own::Result<u32>;
}

fn main() {}
