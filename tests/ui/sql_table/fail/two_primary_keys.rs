use actors_core::prelude::*;

#[sql_table]
pub struct Word {
    #[sql(primary_key)]
    language: String,
    #[sql(primary_key)]
    word: String,
}

fn main() {}
