use actors_core::prelude::*;

#[actor]
pub struct Bank {}

#[actor]
impl Bank {
    pub async fn refill(&mut self, ctx: &Ctx<Self>) -> Result<()> {
        ctx.transaction(async || {
            ctx.sql().run("UPDATE account SET amount = 1", ())?;
            Ok(())
        })
    }
}

fn main() {}
