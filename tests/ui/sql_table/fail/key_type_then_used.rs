use actors_core::prelude::*;

#[sql_table]
pub struct Word {
    #[sql(primary_key)]
    word: char,
    count: u32,
}

#[actor(tables(Word))]
pub struct Counter {}

#[actor]
impl Counter {
    pub fn known(&self, ctx: &Ctx<Self>) -> Result<u32> {
        Ok(Word::all(ctx)?.len() as u32)
    }
}

fn main() {}
