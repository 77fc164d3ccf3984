use actors_core::prelude::*;

#[actor]
pub struct Agent {}

#[actor]
impl Agent {
    #[task]
    async fn work(&self, ctx: &Ctx<Self>, number: u32) -> Result<()> {
        ctx.sleep(seconds(u64::from(number))).await;
        Ok(())
    }
}

fn main() {}
