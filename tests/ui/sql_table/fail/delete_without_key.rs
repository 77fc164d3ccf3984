use actors_core::prelude::*;

#[sql_table]
pub struct Line {
    text: String,
}

#[actor(tables(Line))]
pub struct Log {}

#[actor]
impl Log {
    pub fn remove(&mut self, ctx: &Ctx<Self>, text: String) -> Result<bool> {
        Line::delete(ctx, text)
    }
}

fn main() {}
