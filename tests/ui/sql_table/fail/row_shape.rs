use actors_core::prelude::*;

#[sql_table]
pub struct Word {
    word: String,
}

pub fn words<A>(ctx: &Ctx<A>) -> Result<Vec<char>> {
    ctx.sql().all("SELECT word FROM word", ())
}

fn main() {}
