use actors_core::prelude::*;

#[sql_table(name = "words")]
pub struct Word {
    #[sql(primary_key)]
    word: String,
    count: u32,
    share: f64,
}

#[actor(tables(Word))]
pub struct Words {}

#[actor]
impl Words {
    fn ask(&self, ctx: &Ctx<Self>, words: Vec<(String, u32)>) -> Result<u64> {
        sql!(Word => "UPDATE words SET count = {count} WHERE share = 0.5",
            for (count, _) in words)
        .run(ctx)
    }
}

fn main() {}
