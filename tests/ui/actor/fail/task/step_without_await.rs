#![deny(unused_must_use)]

use actors_core::prelude::*;

#[actor]
pub struct Agent {}

#[actor]
impl Agent {
    #[task]
    async fn work(&self, run: &Run) -> Result<()> {
        run.step("count", async || Ok(1));
        Ok(())
    }
}

fn main() {}
