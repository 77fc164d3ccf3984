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
    fn ask(&self, ctx: &Ctx<Self>, by_count: bool) -> Result<Vec<String>> {
        sql!(Word => "SELECT word FROM words ORDER BY {order}",
            order = if by_count { "counts DESC" } else { "word" },
        )
        .all(ctx)
    }
}

fn main() {}
