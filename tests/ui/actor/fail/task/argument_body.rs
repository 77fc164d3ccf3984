use actors_core::prelude::*;

#[actor]
pub struct Agent {}

#[actor]
impl Agent {
    #[task]
    async fn work(&self, run: &Run, plan: Body) -> Result<()> {
        let _ = plan;
        run.progress(&1)
    }
}

fn main() {}
