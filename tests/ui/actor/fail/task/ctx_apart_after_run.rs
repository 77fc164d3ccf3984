use actors_core::prelude::*;

#[actor]
pub struct Agent {}

#[actor]
impl Agent {
    #[task]
    async fn work(run: &Run<Self>, ctx: &Ctx<Self>) -> Result<()> {
        let _ = ctx.now();
        run.sleep("rest", minutes(5)).await
    }
}

fn main() {}
