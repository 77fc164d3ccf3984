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
    fn ask(&self, ctx: &Ctx<Self>, words: bool) -> Result<()> {
        let _ = sql!(Word => "SELECT {column} FROM words",
            column = if words { "word" } else { "count" },
        )
        .all(ctx)?;
        Ok(())
    }
}

fn main() {}
