use actors_core::prelude::*;

#[actor]
pub struct Agent {}

#[actor]
impl Agent {
    #[task]
    async fn list(&self, run: &Run) -> Result<()> {
        run.sleep("rest", minutes(5)).await
    }
}

fn main() {}
