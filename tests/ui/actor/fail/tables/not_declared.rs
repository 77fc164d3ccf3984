use actors_core::prelude::*;

#[sql_table]
pub struct Word {
    #[sql(primary_key)]
    word: String,
    count: u32,
}

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn known(&self, ctx: &Ctx<Self>, word: String) -> Result<bool> {
        Ok(Word::get(ctx, &word)?.is_some())
    }
}

fn main() {}
