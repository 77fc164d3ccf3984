use actors_core::prelude::*;

#[actor]
pub struct Notebook {}

#[actor]
impl Notebook {
    pub fn has(&self, ctx: &Ctx<Self>, id: u32) -> Result<bool> {
        Ok(Note::get(ctx, id)?.is_some())
    }
}

fn main() {}
