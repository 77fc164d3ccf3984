use actors_core::prelude::*;

#[actor]
pub struct Agent {}

#[actor]
impl Agent {
    pub fn begin(&self, ctx: &Ctx<Self>) -> Result<()> {
        ctx.tasks().wrok(5).start()?;
        Ok(())
    }

    #[task]
    async fn work(&self, run: &Run, number: u32) -> Result<()> {
        run.progress(&number)
    }
}

fn main() {}
