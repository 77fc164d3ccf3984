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
    pub fn learn(&mut self, ctx: &Ctx<Self>, word: String) -> Result<()> {
        Word { word, count: 1 }.upsert(ctx)
    }
}

fn main() {}
