use actors_core::prelude::*;

#[sql_table]
pub struct Line {
    text: String,
}

#[actor(tables(Line))]
pub struct Log {}

#[actor]
impl Log {
    pub fn find(&mut self, ctx: &Ctx<Self>, text: String) -> Result<bool> {
        Ok(Line::get(ctx, text)?.is_some())
    }
}

fn main() {}
