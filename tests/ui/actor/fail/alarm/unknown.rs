use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn open(&mut self, ctx: &Ctx<Self>) -> Result<()> {
        ctx.alarms().after(minutes(5)).expires()?;
        Ok(())
    }

    #[alarm]
    fn expire(&mut self) {}
}

fn main() {}
