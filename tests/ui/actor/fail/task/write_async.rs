use actors_core::prelude::*;

#[actor]
pub struct Agent {}

#[actor]
impl Agent {
    #[task]
    async fn work(&self, run: &Run) -> Result<u32> {
        run.write("count", async || Ok(1)).await
    }
}

fn main() {}
