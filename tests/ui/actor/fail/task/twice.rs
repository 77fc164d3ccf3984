use actors_core::prelude::*;

#[actor]
pub struct Agent {}

#[actor]
impl Agent {
    #[task]
    async fn work(&self, run: &Run) -> Result<()> {
        run.sleep("rest", minutes(5)).await
    }

    #[task]
    async fn work(&self, run: &Run, number: u32) -> Result<()> {
        run.progress(&number)
    }
}

fn main() {}
