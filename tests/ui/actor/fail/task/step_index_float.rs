use actors_core::prelude::*;

#[actor]
pub struct Agent {}

#[actor]
impl Agent {
    #[task]
    async fn work(&self, run: &Run) -> Result<()> {
        run.sleep(("rest", 1.5), minutes(5)).await
    }
}

fn main() {}
