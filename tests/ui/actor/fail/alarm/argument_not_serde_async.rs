#![allow(unused)]

use actors_core::prelude::*;

pub struct Session {
    id: u32,
}

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn open(&mut self, ctx: &Ctx<Self>) -> Result<()> {
        ctx.alarms().after(minutes(5)).expire(1, Session { id: 1 })?;
        Ok(())
    }

    #[alarm]
    async fn expire(&mut self, ctx: &Ctx<Self>, count: u32, session: Session) -> Result<()> {
        Ok(())
    }
}

fn main() {}
