use actors_core::prelude::*;

#[sql_table]
pub struct Line {
    text: String,
}

#[actor(tables(Line))]
pub struct Log {}

#[actor]
impl Log {
    pub fn add(&mut self, ctx: &Ctx<Self>, text: String) -> Result<()> {
        Line { text }.upsert(ctx)
    }
}

fn main() {}
