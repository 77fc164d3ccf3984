use actors_core::prelude::*;

#[sql_table]
pub struct Word {
    #[sql(primary_key = true)]
    word: String,
    count: u32,
}

fn main() {}
