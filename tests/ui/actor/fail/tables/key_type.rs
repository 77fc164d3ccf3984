use actors_core::prelude::*;

#[sql_table]
pub struct Word {
    #[sql(primary_key)]
    word: String,
    count: u32,
}

#[actor(tables(Word))]
pub struct Counter {}

#[actor]
impl Counter {
    pub fn known(&self, ctx: &Ctx<Self>, id: u32) -> Result<bool> {
        Ok(Word::get(ctx, id)?.is_some())
    }
}

fn main() {}
