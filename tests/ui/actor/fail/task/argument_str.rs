use actors_core::prelude::*;

#[actor]
pub struct Agent {}

#[actor]
impl Agent {
    #[task]
    async fn work(&self, run: &Run, plan: &str) -> Result<()> {
        run.progress(&plan.len())
    }
}

fn main() {}
