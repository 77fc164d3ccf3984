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
    fn ask(&self, ctx: &Ctx<Self>, up: bool) -> Result<Vec<String>> {
        sql!(Word => "SELECT word FROM words {order}",
            order = if up { "ORDER BY count" },
            order = if !up { "ORDER BY count DESC" },
        )
        .all(ctx)
    }
}

fn main() {}
