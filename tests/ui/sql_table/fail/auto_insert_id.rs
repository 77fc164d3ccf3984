use actors_core::prelude::*;

#[sql_table]
pub struct Word {
    #[sql(primary_key, auto)]
    id: u32,
    word: String,
}

#[actor(tables(Word))]
pub struct Words {}

#[actor]
impl Words {
    pub fn add(&mut self, ctx: &Ctx<Self>, word: String) -> Result<String> {
        Word { id: 0, word }.insert(ctx)
    }
}

fn main() {}
