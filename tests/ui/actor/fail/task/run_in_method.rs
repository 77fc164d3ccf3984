use actors_core::prelude::*;

#[actor]
pub struct Agent {}

#[actor]
impl Agent {
    pub async fn work(&self, run: &Run) -> Result<()> {
        run.sleep("rest", minutes(5)).await
    }
}

fn main() {}
