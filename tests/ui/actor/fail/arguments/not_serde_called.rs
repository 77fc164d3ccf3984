use actors_core::prelude::*;

pub struct Step {
    by: u32,
}

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn add(&mut self, step: Step) {
        self.count += step.by;
    }

    pub async fn add_to_other(&self, ctx: &Ctx<Self>) -> Result<()> {
        Self::get(ctx.env(), "other")?.add(Step { by: 1 }).await
    }
}

fn main() {}
