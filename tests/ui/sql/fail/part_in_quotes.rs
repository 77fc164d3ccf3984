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
    fn ask(&self, ctx: &Ctx<Self>, a: bool) -> Result<Vec<String>> {
        sql!(Word => "SELECT word FROM words WHERE word = '{start}'", start = if a { "a" } else { "b" })
            .all(ctx)
    }
}

fn main() {}
